import { lower } from '../architecture/lower.js';
import type { KernelDefinition } from '../architecture/types.js';
import { isHomogeneous as homogeneous } from './degree.js';
import { keepNeeded } from './needs.js';
import type { Programme, Step } from './steps.js';
import { obstacle } from './zonal.js';

/** Whether K(a x, z) = a^p K(x, z) for some p: such a kernel does not care about the scale of the data. */
export function isHomogeneous(definition: KernelDefinition, features: number): boolean {
  return homogeneous(lower(definition, features, 'both'));
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

/**
 * Lines on what the passes do with a network: steps kept, constants, the zonal shortcut and why it does not apply.
 *
 * `features` null stands for an open number of inputs.
 */
export function programmeNotes(
  definition: KernelDefinition,
  features: number | null,
  kind: 'ntk' | 'nngp' | 'both',
): string[] {
  const whole = lower(definition, features ?? 1, 'both');
  const wanted = lower(definition, features ?? 1, kind);
  const kept = keepNeeded(wanted);
  const dropped = whole.steps.length - kept.steps.length;
  return [
    `steps: ${kept.steps.length} (${census(kept.steps)})`,
    `needs: ${kind === 'both' ? 'both kernels' : `the ${kind} alone`}; ${dropped === 0 ? 'every step is used' : `${dropped} of ${whole.steps.length} steps left out`}`,
    constantsNote(kept),
    zonalNote(kept),
    `cost: one inner product${features === null ? '' : ` of ${features} features`} an entry, then ${homogeneous(kept) ? 'one table lookup' : `${kept.steps.length - 1} steps`}`,
  ];
}
