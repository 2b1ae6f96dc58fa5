import type { Programme } from '../../vocabulary/steps.js';
import { rulesOf } from '../steps/index.js';
import { type ImagePlan, planImages } from './plan.js';
import { positionPairCount } from './position-pairs.js';
import { ANY_INPUTS, evenValues } from './self-kernels.js';

/** Nanoseconds of one number of one step on one thread of a server core of 2023 (`host`, f64). */
const STEP_NS = 2.5;

const grouped = (n: number): string => n.toLocaleString('en-US');

/** What one stage keeps of the pairs of positions. */
function stageNote(plan: ImagePlan, stage: number): string {
  const { places, components, offsets } = plan;
  const grids = places.grids.flatMap((grid, g) =>
    places.of.some((p) => p.stage === stage && p.grid === g) ? [{ grid, g }] : [],
  );
  const parts = components[stage];
  const shapes = grids.map(({ grid, g }) => {
    const all = (2 * grid.height - 1) * (2 * grid.width - 1);
    const { length } = offsets[g];
    const which =
      grid.height * grid.width === 1
        ? ''
        : length === 1
          ? ', offset 0 alone'
          : length === all
            ? ', all offsets'
            : `, ${grouped(length)} of ${grouped(all)} offsets`;
    return `${grid.height}x${grid.width}${which} (${grouped(positionPairCount(grid, offsets[g]))} numbers a value)`;
  });
  const split = parts.length === 1 ? 'in one part' : `in ${grouped(parts.length)} parts that never meet`;
  return `stage ${stage + 1}: ${shapes.join('; ')}, ${split}`;
}

/** Numbers of all steps for one pair of images. */
function pairNumbers({ programme, places, offsets }: ImagePlan): {
  readonly numbers: number;
  readonly operations: number;
} {
  let [numbers, total] = [0, 0];
  programme.steps.forEach((step, v) => {
    const { grid } = places.of[v];
    const positionPairs = positionPairCount(places.grids[grid], offsets[grid]);
    numbers += positionPairs;
    total += positionPairs * rulesOf(step).operations(step);
  });
  return { numbers, operations: total };
}

function secondsText(seconds: number): string {
  if (seconds < 1) return `${Math.ceil(1000 * seconds)} ms`;
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${grouped(Math.round(seconds / 60))} min`;
}

/**
 * Lines on how a network of images is run: offsets p' - p that its readout needs, numbers and operations of a pair of
 * images, expected time.
 */
export function layoutNotes(programme: Programme): string[] {
  const plan = planImages(programme, ANY_INPUTS);
  const { numbers, operations: work } = pairNumbers(plan);
  const onUnit = evenValues(programme, { even: true, positive: true }).filter(Boolean).length;
  const pair = numbers * STEP_NS * 1e-9;
  const [small, large] = [100, 1000].map((n) => `${secondsText((pair * n * (n + 1)) / 2)} for n = ${n}`);
  return [
    ...Array.from({ length: plan.places.stages }, (_, stage) => stageNote(plan, stage)),
    `constants: on unit pixels (--scale unit-pixels) the own variances of ${onUnit} of ${programme.steps.length} ` +
      'steps are numbers; others are kept once for each position of an image',
    `cost of a pair: ${grouped(numbers)} numbers, about ${grouped(Math.max(1, Math.round(work / 1e5)) / 10)} ` +
      `million operations; host, f64, one thread: ${small}, ${large}`,
    `memory: at most ${grouped(plan.mostPositionPairs)} numbers of a value at a time`,
  ];
}
