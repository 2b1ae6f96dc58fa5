import { inputShapeOf } from '../../architecture/check-input.js';
import { lower } from '../../architecture/lower.js';
import { checkKind } from '../../architecture/parse.js';
import type { ImageSet, ImageTask } from '../../backend/tasks.js';
import type { NdArray } from '../../data/array.js';
import { UsageError } from '../../errors.js';
import { keepNeeded } from '../../programme/needs.js';
import { COMPUTE_DEFAULTS } from '../defaults.js';
import { outputsOf } from '../outputs.js';
import type { KernelOptions } from '../types.js';

function checkShape({ data, shape }: NdArray, where: string): void {
  const size = shape.reduce((a, b) => a * b, 1);
  if (shape.length >= 2 && shape.length <= 4 && size > 0 && data.length === size) return;
  throw new UsageError(
    `${where}: must hold images [n, h, w, c] or sequences [n, w, c], got shape [${shape.join(', ')}] with ` +
      `${data.length} numbers. Give it one of these shapes.`,
  );
}

function imageSet({ data, shape }: NdArray): ImageSet {
  return { data, count: shape[0], positions: shape.slice(1, -1), channels: shape[shape.length - 1] };
}

/**
 * The task of a network of images on inputs `[n, h, w, c]` or `[n, w, c]`.
 *
 * Throws ArchitectureError for inputs that the network does not fit, vectors among them; UsageError for z of another
 * shape.
 */
export function imageTask(inputs: NdArray, options: KernelOptions): ImageTask {
  const {
    architecture,
    kind = COMPUTE_DEFAULTS.kind,
    precision = COMPUTE_DEFAULTS.precision,
    normalized = false,
    z: second,
  } = options;
  checkShape(inputs, 'x');
  if (architecture.format === 'ntk-architecture/1') checkKind(architecture, kind);
  const programme = keepNeeded(lower(architecture, inputShapeOf(architecture, inputs.shape), kind));
  const x = imageSet(inputs);
  if (second !== undefined) checkShape(second, 'z');
  const z = second === undefined ? x : imageSet(second);
  if (second !== undefined && second.shape.slice(1).join() !== inputs.shape.slice(1).join()) {
    const text = ({ shape }: NdArray): string => shape.slice(1).join('x');
    throw new UsageError(
      `z: must hold inputs of the shape of those of x, ${text(inputs)}, got ${text(second)}. Give both one shape.`,
    );
  }
  const outputs = outputsOf(kind);
  return { kind: 'images', programme, precision, outputs, x, z, symmetric: z === x, normalized };
}
