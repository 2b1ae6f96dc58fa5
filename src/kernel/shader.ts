import type { KernelDefinition } from '../architecture/types.js';
import { loadBackend } from '../backend/select.js';
import { InternalError } from '../errors.js';
import { madeUpComputation } from './kinds.js';
import type { KernelKind } from './types.js';

/**
 * The WGSL that `webgpu` runs for a kernel on inputs of `sizes`: product, body and output of a tile.
 *
 * Written for rows of different norms; a network that only depends on the angle has its factors as numbers, and on
 * large data its body is replaced by a table. A network of images has no product: a workgroup computes what a pair of
 * images meets in at some offsets. Written for pixels of different norms too; those of one norm need fewer factors.
 *
 * Throws ArchitectureError for a network of images that `sizes` do not fit.
 */
export async function kernelShader(
  architecture: KernelDefinition,
  sizes: readonly number[] | null,
  kind: KernelKind,
): Promise<string> {
  const options = { architecture, kind, precision: 'f32', normalized: true } as const;
  const text = madeUpComputation(sizes, options).shader(await loadBackend('webgpu'));
  if (text === null) throw new InternalError('webgpu prints no shader');
  return text;
}
