import type { RowDoor, RowJobShape } from '../../../src/backend/contract.js';
import { entrySeconds, paceIn } from '../../../src/backend/pace.js';
import { bytesOf } from '../../../src/data/array.js';
import type { Platform } from '../platform.js';
import { AT_ONCE, TensorJob } from './job.js';

/**
 * Tensors of what goes through a body together that live at the same time: values of a body, and what the largest
 * formula needs on the way.
 */
const LIVE = 64;

function memory({ size, outputs, columnCount, precision }: RowJobShape, { base, hasDevice }: Platform): number {
  // What a device holds of its own is no memory of the process.
  const onWay = hasDevice() ? 0 : LIVE * Math.max(size, Math.min(AT_ONCE.processor, size * size));
  // Inner products, entries in parts and as a whole, read and transposed; of two tiles that follow each other.
  const tiles = onWay + (2 + 8 * outputs) * size * size;
  // The rows of a tile on both sides, in the making and on the device, taken as 4096 features long.
  const panels = 4 * size * 4096;
  return base() + (tiles + panels + 4 * size * columnCount) * bytesOf(precision);
}

const TILE_SIZES = [2048, 1024, 512, 256, 128, 64, 32];
/** Larger tiles hide what the calls of a device cost. */
const LARGEST_ON_DEVICE = 4096;

/** Kernels of vectors. */
export function rowsOn(platform: Platform): RowDoor {
  const { engineOf, pace } = platform;
  return {
    get tileSizes() {
      return platform.hasDevice() ? [LARGEST_ON_DEVICE, ...TILE_SIZES] : TILE_SIZES;
    },
    memory: (shape) => memory(shape, platform),
    pace: (work) => entrySeconds(paceIn(pace, work.precision), work),
    open: async (task) => new TensorJob(await engineOf(), task),
  };
}
