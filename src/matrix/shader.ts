import { requireVectors } from '../architecture/check-input.js';
import type { KernelDefinition } from '../architecture/types.js';
import { loadBackend } from '../backend/select.js';
import { InternalError } from '../errors.js';
import { outline, prepareTask } from './prepare.js';
import type { KernelKind } from './types.js';

/** Features of the made-up rows when none are given: the shader does not depend on them. */
const FEATURES = 8;

/**
 * The WGSL that `webgpu` runs for a kernel: product, body and output of a tile.
 *
 * Written for rows of different norms; a network that only depends on the angle has its factors as numbers, and on large data its body is
 * replaced by a table.
 */
export async function kernelShader(
  architecture: KernelDefinition,
  features: number | null,
  kind: KernelKind,
): Promise<string> {
  requireVectors(architecture, '--shader', 'Leave --shader out.');
  const d = features ?? FEATURES;
  const data = new Float32Array(2 * d).fill(1, 0, d).fill(2, d);
  const o = outline({ data, shape: [2, d] }, { architecture, kind, precision: 'f32', normalized: true });
  const backend = await loadBackend('webgpu');
  if (backend.shader === undefined) throw new InternalError('webgpu prints no shader');
  return backend.shader(prepareTask(o, false).task);
}
