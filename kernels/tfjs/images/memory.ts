import type { ImageJobShape } from '../../../src/backend/contract.js';
import { bytesOf } from '../../../src/data/array.js';
import { type ImagePlan, planImages, storedPositionPairs } from '../../../src/programme/images/plan.js';
import { positionPairCount } from '../../../src/programme/images/position-pairs.js';
import { ANY_INPUTS } from '../../../src/programme/images/self-kernels.js';
import type { Programme } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { LANES } from '../rows/columns.js';

/** Numbers of a tensor of values: few enough for the caches of a processor, enough to be worth a call. */
const ON_PROCESSOR = 2 ** 17;
/** The same on a device of its own, which a call costs more. */
const ON_DEVICE = 2 ** 22;
/** Most bytes of what stages hand on. */
const STORE_BYTES = 2 ** 28;
/** Tensors of values that live at the same time: those of a body, and what the largest formula needs on the way. */
const LIVE = 48;

/** Bytes that stages hand on for a pair. */
function storeBytes(plan: ImagePlan): number {
  return plan.body.stored.reduce((sum, v) => sum + 8 * storedPositionPairs(plan, v).count, 0);
}

/** Pairs of images of a block: a multiple of what vectors hold. */
export function pairsAtOnce(plan: ImagePlan, onDevice: boolean): number {
  const byPositionPairs = (onDevice ? ON_DEVICE : ON_PROCESSOR) / plan.mostPositionPairs;
  const pairs = Math.min(byPositionPairs, STORE_BYTES / Math.max(1, storeBytes(plan)), 2 ** 14);
  return Math.max(1, Math.floor(pairs / LANES)) * LANES;
}

/**
 * Bytes of a job on images: the tensors of a block, what its stages hand on, and the factors of the images of a tile.
 */
export function imageMemory({ programme, outputs, size, precision }: ImageJobShape): number {
  const plan = planImages(programme, ANY_INPUTS);
  // The largest block that either kind of engine takes.
  const pairs = Math.min(pairsAtOnce(plan, false), size * size);
  const tensors = LIVE * bytesOf(precision) * plan.mostPositionPairs * Math.max(LANES, pairs);
  const { grids, of } = plan.places;
  const numbers = programme.steps.reduce((sum, step, v) => {
    const { height, width } = grids[of[v].grid];
    return sum + height * width * (step.op === 'window' ? positionCount(step.windows.filter) + 4 : 4);
  }, 0);
  const factors = 2 * size * 8 * numbers;
  return tensors + storeBytes(plan) * pairs + factors + outputs * size * size * 8;
}

/** Seconds of one pair: each instruction takes some operations on every pair of positions of its stage. */
export function pairSeconds(programme: Programme, step: number): number {
  const plan = planImages(programme, ANY_INPUTS);
  const { places, components, body } = plan;
  const positionPairs = components.map((stage) =>
    stage.reduce((sum, component) => {
      const counts = Array.from(component, ([grid, offsets]) => positionPairCount(places.grids[grid], offsets));
      return sum + Math.max(0, ...counts);
    }, 0),
  );
  return body.stages.reduce((sum, instructions, s) => sum + instructions.length * positionPairs[s] * step, 0);
}
