import type { ImageDoor } from '../../../src/backend/contract.js';
import { imageMemory, imageSource, openImages, pairSeconds } from './job.js';

/** Kernels of images. */
export const images: ImageDoor = {
  tileSizes: [128, 64, 32, 16],
  memory: imageMemory,
  pace: pairSeconds,
  open: openImages,
  shader: imageSource,
};
