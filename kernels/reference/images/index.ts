import type { ImageDoor, ImageJobShape, ImageWork } from '../../../src/backend/contract.js';
import { imageProgramme, liveNumbers, pairsOf } from '../../../src/programme/evaluate-images.js';
import type { Rounding } from '../../../src/programme/rounding.js';
import { ReferenceImageJob } from './job.js';

/** Bytes of the values of one pair, and of the factors of the images of a tile. */
function memory({ programme, size }: ImageJobShape): number {
  const body = imageProgramme(programme);
  const factors = body.positions.reduce((sum, n, i) => sum + n * (3 + (body.taps[i]?.count ?? 2)), 0);
  return 8 * (liveNumbers(body) + 2 * size * factors) + 16 * 2 ** 20;
}

/** Seconds of one pair: a step takes every tap of every pair of positions, a pool every pair of taps. */
function pairSeconds({ programme }: ImageWork): number {
  const body = imageProgramme(programme);
  const { positions, taps } = body;
  const work = positions.map((n, i) => {
    const count = taps[i]?.count ?? 4;
    return pairsOf(body, n) * (programme.steps[i].op === 'pool' ? count * count : count);
  });
  return work.reduce((a, b) => a + b, 0) * 1e-8;
}

/** Kernels of images; `rounding` acts on what every step gives. */
export function imagesThat(rounding: Rounding | null): ImageDoor {
  return {
    tileSizes: [32, 8],
    memory,
    pace: pairSeconds,
    open: async (task) => new ReferenceImageJob(task, rounding),
  };
}
