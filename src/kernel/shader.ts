import type { KernelDefinition } from '../architecture/types.js';
import { loadBackend } from '../backend/select.js';
import type { Precision } from '../data/array.js';
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

/**
 * The C that `compiled` compiles for a kernel on inputs of `sizes`, for rows or pixels of different norms as above; its
 * first line says what compiles it here.
 *
 * Throws ArchitectureError for a network of images that `sizes` do not fit, and CompilerError for one whose C is not
 * printed.
 */
export async function kernelSource(
  architecture: KernelDefinition,
  sizes: readonly number[] | null,
  kind: KernelKind,
  precision: Precision,
): Promise<string> {
  const backend = await loadBackend('compiled');
  const { available, version, reason } = await backend.probe();
  const text = madeUpComputation(sizes, { architecture, kind, precision }).shader(backend);
  if (text === null) throw new InternalError('compiled prints no source');
  const where = available ? `compiled here by ${version}` : `not compiled here: ${reason}`;
  return `// ${precision === 'f64' ? 'Double' : 'Single'} precision, ${where}\n${await text}`;
}
