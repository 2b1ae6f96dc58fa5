import type { ImageDoor } from '../../../src/backend/contract.js';
import { isSoftware, processBytes } from '../probe.js';
import { openWebgpuImages } from './job.js';
import { imageBytes, imageShaderText, imageWork } from './plan.js';

/** Kernels of images. */
export const images: ImageDoor = {
  tileSizes: [64, 32, 16, 8, 4, 2, 1],
  memory: (shape) => processBytes(imageBytes(shape)),
  // Instructions at pairs of positions: SwiftShader on two cores as measured, cards as their peak lets expect.
  pace: ({ programme }) => imageWork(programme) * (isSoftware() ? 1.5e-7 : 2e-12),
  open: openWebgpuImages,
  shader: imageShaderText,
};
