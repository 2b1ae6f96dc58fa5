import { planImages } from '../../programme/images/plan.js';
import { positionPairCount } from '../../programme/images/position-pairs.js';
import { ANY_INPUTS } from '../../programme/images/self-kernels.js';
import type { Programme } from '../../vocabulary/steps.js';

/** Position pairs of all components times steps: the numbers that are computed for one pair of images. */
export function imageWork(programme: Programme): number {
  const { places, offsets } = planImages(programme, ANY_INPUTS);
  const positionPairs = places.grids.map((grid, g) => positionPairCount(grid, offsets[g]));
  return programme.steps.reduce((sum, _, v) => sum + positionPairs[places.of[v].grid], 0);
}
