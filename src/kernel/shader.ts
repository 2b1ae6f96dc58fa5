import { isImageNetwork } from '../architecture/check-input.js';
import type { KernelDefinition } from '../architecture/types.js';
import { loadBackend } from '../backend/select.js';
import type { NdArray } from '../data/array.js';
import { InternalError } from '../errors.js';
import { imageTask } from './image-workload.js';
import { outline, prepareTask } from './prepare.js';
import type { KernelKind } from './types.js';

/** Features of the made-up rows when none are given: the shader does not depend on them. */
const FEATURES = 8;
/** Sizes of the made-up images when none are given: the shader has the numbers of their positions in it. */
const IMAGE = [8, 8, 3];

/**
 * The WGSL that `webgpu` runs for a kernel on inputs of `sizes`: product, body and output of a tile.
 *
 * Written for rows of different norms; a network that only depends on the angle has its factors as numbers, and on large data its body is
 * replaced by a table. A network of images has no product: a workgroup computes what a pair of images meets in at some offsets. Written
 * for pixels of different norms too; those of one norm need fewer factors.
 *
 * Throws ArchitectureError for a network of images that `sizes` do not fit.
 */
export async function kernelShader(
  architecture: KernelDefinition,
  sizes: readonly number[] | null,
  kind: KernelKind,
): Promise<string> {
  const backend = await loadBackend('webgpu');
  if (backend.shader === undefined || backend.imageShader === undefined) {
    throw new InternalError('webgpu prints no shader');
  }
  if (isImageNetwork(architecture)) {
    const inputs = madeUp([2, ...(sizes ?? IMAGE)]);
    return backend.imageShader(imageTask(inputs, { architecture, kind, precision: 'f32', normalized: true }));
  }
  const d = sizes?.reduce((a, b) => a * b, 1) ?? FEATURES;
  const data = new Float32Array(2 * d).fill(1, 0, d).fill(2, d);
  const o = outline({ data, shape: [2, d] }, { architecture, kind, precision: 'f32', normalized: true });
  return backend.shader(prepareTask(o, false).task);
}

/** Inputs whose pixels differ in norm. */
function madeUp(shape: readonly number[]): NdArray {
  const size = shape.reduce((a, b) => a * b, 1);
  return { data: Float32Array.from({ length: size }, (_, i) => 1 + (i % 7) / 8), shape };
}
