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
  const atOnce = Math.max(size, Math.min(AT_ONCE[hasDevice() ? 'device' : 'processor'], size * size));
  // Inner products, entries in parts and as a whole, read and transposed; of two tiles that follow each other.
  const tiles = LIVE * atOnce + (2 + 8 * outputs) * size * size;
  // The rows of a tile on both sides, in the making and on the device, taken as 4096 features long.
  const panels = 4 * size * 4096;
  return base + (tiles + panels + 4 * size * columnCount) * bytesOf(precision);
}

/** Kernels of vectors. */
export function rowsOn(platform: Platform): RowDoor {
  const { engineOf, pace } = platform;
  return {
    tileSizes: [2048, 1024, 512, 256, 128, 64, 32],
    memory: (shape) => memory(shape, platform),
    pace: (work) => entrySeconds(paceIn(pace, work.precision), work),
    open: async (task) => new TensorJob(await engineOf(), task),
  };
}
