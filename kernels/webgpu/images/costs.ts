import type { PreparedImages } from '../../../src/backend/images/prepare.js';
import { approximations } from '../../../src/programme/approximations.js';
import { gridAt } from '../../../src/programme/images/grids.js';
import type { ImageInstruction } from '../../../src/programme/images/instructions.js';
import type { StagePhases } from '../../../src/programme/images/phases.js';
import { type ImagePlan, planImages } from '../../../src/programme/images/plan.js';
import { positionPairCount } from '../../../src/programme/images/position-pairs.js';
import { tapCount } from './tables.js';

/** What one pair of images costs at least. */
export interface ImageCosts {
  /** Additions, multiplications and roots in single precision. */
  readonly flops: number;
  /** Bytes that workgroups read of tables, pixels and factors. */
  readonly bytes: number;
}

/** A polynomial by Horner's rule, with its root in front. */
function angleFlops(name: 'angle' | 'sine'): number {
  return 2 * approximations()[name].length + 2;
}

/** Operations of a smooth map, roughly. */
const SMOOTH_FLOPS = 60;

/** Operations, and bytes of factors and tables, of an instruction at one position pair. */
function atPositionPair(i: ImageInstruction, plan: ImagePlan, job: PreparedImages): readonly [number, number] {
  const taps = 'step' in i && i.op.startsWith('window') ? tapCount(plan.programme.steps[i.step]) : 0;
  const uneven = (value: number): number => (job.deviations[value] === null ? 1 : 0);
  switch (i.op) {
    case 'source':
      return [5 * job.channels + 2, 8 * job.channels];
    case 'piecewiseLinear':
      return [3 + (i.value === null ? 0 : angleFlops('sine')) + (i.slope === null ? 0 : angleFlops('angle')), 0];
    case 'heaviside':
      return [angleFlops('angle'), 0];
    case 'smooth':
    case 'smoothSlope':
      return [SMOOTH_FLOPS, i.op === 'smooth' ? 32 : 24];
    case 'weigh':
      return [6, 8];
    case 'window':
      return i.even ? [taps + 1, 4 * taps] : [taps + 9, 4 * taps + 16];
    case 'windowPlain':
      return [taps + 1, 4 * taps];
    case 'sum':
      return [uneven(i.step) === 1 ? 6 * i.parts.length : 2 * i.parts.length, 8 * uneven(i.step) * i.parts.length];
    case 'sumPlain':
      return [2 * i.parts.length, 0];
    case 'plain':
      return [2 + 2 * uneven(i.out.value), 8 * uneven(i.out.value)];
    case 'productPlain':
      return [3, 8];
    case 'normalisePlain':
      return [3, 8];
    case 'distanceOf':
      return [6, 8];
    default:
      return [1, 4];
  }
}

/** What a pair of images of a job costs at least. */
export function imageCosts(job: PreparedImages): ImageCosts {
  const plan = planImages(job.programme, job.inputs);
  const { places, offsets } = plan;
  const positionPairs = places.grids.map((grid, g) => positionPairCount(grid, offsets[g]));
  let [flops, bytes] = [0, 0];
  plan.body.stages.forEach((instructions, stage) => {
    for (const i of instructions) {
      const value = i.op === 'store' || i.op === 'pool' ? i.of : i.op === 'piecewiseLinear' ? i.of : i.out;
      const count = positionPairs[gridAt(places, value.value, stage)];
      const [operations, read] = atPositionPair(i, plan, job);
      flops += operations * count;
      bytes += read * count;
    }
  });
  return { flops, bytes };
}

/** Instructions at position pairs of one pair of images, all components together. */
export function workOf({ places, offsets }: ImagePlan, phased: readonly StagePhases[]): number {
  const positionPairs = places.grids.map((grid, g) => positionPairCount(grid, offsets[g]));
  const loops = phased.flatMap(({ phases }) => phases.flat());
  return loops.reduce((sum, { grid, instructions }) => sum + instructions.length * positionPairs[grid], 0);
}
