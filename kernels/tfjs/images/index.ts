import type { ImageDoor } from '../../../src/backend/contract.js';
import { paceIn } from '../../../src/backend/pace.js';
import type { Platform } from '../platform.js';
import { openImageJob } from './job.js';
import { imageMemory, pairSeconds } from './memory.js';

/** Kernels of images. */
export function imagesOn({ engineOf, base, pace }: Platform): ImageDoor {
  return {
    tileSizes: [128, 64, 32, 16, 8],
    memory: (shape) => base() + imageMemory(shape),
    pace: ({ programme, precision }) => pairSeconds(programme, paceIn(pace, precision).step),
    open: async (task) => openImageJob(await engineOf(), task),
  };
}
