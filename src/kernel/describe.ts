import { isImageNetwork } from '../architecture/check-input.js';
import { type InputShape, lower } from '../architecture/lower.js';
import type { KernelDefinition } from '../architecture/types.js';
import { isHomogeneous as homogeneous } from '../programme/degree.js';
import { layoutNotes } from '../programme/images/describe.js';
import { keepNeeded } from '../programme/needs.js';
import { obstacle } from '../programme/zonal.js';
import type { Programme, Step } from '../vocabulary/steps.js';

/** Whether K(a x, z) = a^p K(x, z) for some p: such a kernel does not care about the scale of the data. */
export function isHomogeneous(definition: KernelDefinition, input: number | InputShape): boolean {
  return homogeneous(lower(definition, input, 'both'));
}

/** How often each operation occurs, in words. */
function census(steps: readonly Step[]): string {
  const counts = new Map<string, number>();
  for (const { op } of steps) counts.set(op, (counts.get(op) ?? 0) + 1);
  return Array.from(counts, ([op, n]) => `${n} ${op}`).join(', ');
}

function zonalNote(programme: Programme): string {
  if (programme.nngp === null && programme.ntk === null) return 'zonal: nothing is trained, the kernel is 0';
  if (homogeneous(programme)) {
    return 'zonal: applies on any rows: K(x,z) = |x|^p |z|^p h(cos), the depth collapses into one table';
  }
  return `zonal: applies only on rows of one norm (--scale unit-rows): ${obstacle(programme)}`;
}

function constantsNote(programme: Programme): string {
  return homogeneous(programme)
    ? 'constants: shares of skips and branches are the same numbers for every row'
    : 'constants: own variances differ from row to row and are computed once per row; on unit rows they are numbers';
}

function stepNotes(
  definition: KernelDefinition,
  input: number | InputShape,
  kind: 'ntk' | 'nngp' | 'both',
  kept: Programme,
): string[] {
  const all = lower(definition, input, 'both').steps.length;
  const dropped = all - kept.steps.length;
  return [
    `steps: ${kept.steps.length} (${census(kept.steps)})`,
    `needs: ${kind === 'both' ? 'both kernels' : `the ${kind} alone`}; ` +
      `${dropped === 0 ? 'every step is used' : `${dropped} of ${all} steps left out`}`,
  ];
}

const NO_ZONAL = 'zonal: does not apply: images meet at many angles at once, one for each pair of positions';

function scaleNote(programme: Programme): string {
  return homogeneous(programme)
    ? 'scale: the kernel is homogeneous: a factor on an image is a factor on its entries'
    : 'scale: the kernel depends on the scale of the images (--scale unit-pixels or standard is usual)';
}

/**
 * Lines on what the passes do with a network: steps kept, constants, the zonal shortcut and why it does not apply.
 *
 * `input` null stands for inputs of open shape.
 */
export function programmeNotes(
  definition: KernelDefinition,
  input: InputShape | null,
  kind: 'ntk' | 'nngp' | 'both',
): string[] {
  if (isImageNetwork(definition)) {
    if (input === null) return ['shapes: --input HxWxC (or WxC) adds sizes, steps and what depends on them'];
    const programme = keepNeeded(lower(definition, input, kind));
    return [
      ...stepNotes(definition, input, kind, programme),
      scaleNote(programme),
      NO_ZONAL,
      ...layoutNotes(programme),
    ];
  }
  const features = input?.channels ?? null;
  const kept = keepNeeded(lower(definition, features ?? 1, kind));
  return [
    ...stepNotes(definition, features ?? 1, kind, kept),
    constantsNote(kept),
    zonalNote(kept),
    `cost: one inner product${features === null ? '' : ` of ${features} features`} an entry, then ` +
      `${homogeneous(kept) ? 'one table lookup' : `${kept.steps.length - 1} steps`}`,
  ];
}
