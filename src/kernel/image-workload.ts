import { inputShapeOf } from '../architecture/check-input.js';
import { lower } from '../architecture/lower.js';
import { checkKind } from '../architecture/parse.js';
import type { Backend, ImageSet, ImageTask } from '../backend/contract.js';
import type { NdArray } from '../data/array.js';
import { UsageError } from '../errors.js';
import { keepNeeded } from '../programme/needs.js';
import { positionCount, valueShapes } from '../vocabulary/windows.js';
import { outputsOf } from './prepare.js';
import { chooseImageTile, type Extent, fittingSizes } from './tiles.js';
import type { KernelOptions } from './types.js';
import { type Demand, entryCount, type Workload } from './workload.js';

/** Why networks of images have no table. */
export const NO_TABLE = 'no table: images meet at many angles at once';

function checkShape({ data, shape }: NdArray, where: string): void {
  const size = shape.reduce((a, b) => a * b, 1);
  if (shape.length >= 2 && shape.length <= 4 && size > 0 && data.length === size) return;
  throw new UsageError(
    `${where}: must hold images [n, h, w, c] or sequences [n, w, c], got shape [${shape.join(', ')}] with ${data.length} numbers. Give it one of these shapes.`,
  );
}

function imageSet({ data, shape }: NdArray): ImageSet {
  return { data, count: shape[0], positions: shape.slice(1, -1), channels: shape[shape.length - 1] };
}

/**
 * The task of a network of images on inputs `[n, h, w, c]` or `[n, w, c]`.
 *
 * Throws ArchitectureError for inputs that the network does not fit, vectors among them; UsageError for z of another shape.
 */
export function imageTask(inputs: NdArray, options: KernelOptions): ImageTask {
  const { architecture, kind = 'ntk', precision = 'f64', normalized = false, z: second } = options;
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
  return { programme, precision, outputs: outputsOf(kind), x, z, symmetric: z === x, normalized };
}

/** Seconds of one pair: as the backend says, else every step on every position, offset 0 alone. */
function pairSeconds({ programme, precision }: ImageTask, backend: Backend): number {
  if (backend.imagePace !== undefined) return backend.imagePace(programme, precision);
  const numbers = valueShapes(programme).reduce((sum, shape) => sum + positionCount(shape), 0);
  return numbers * backend.pace(precision, false).step;
}

/** Longest time of a tile in seconds: for progress that moves, and little that is lost by an interruption. */
const TILE_SECONDS = 8;

/** The sizes whose tiles do not take too long, at least the smallest. */
function quickSizes(sizes: readonly number[], pair: number): readonly number[] {
  const quick = sizes.filter((size) => size * size * pair <= TILE_SECONDS);
  return quick.length > 0 ? quick : sizes.slice(-1);
}

/** What a plan has to know of a task on images. */
export function imageWorkload(task: ImageTask): Workload {
  const { x, z, symmetric, programme, precision, outputs } = task;
  const extent: Extent = { rows: x.count, columns: z.count, symmetric };
  const on = (backend: Backend, threads: number): Demand => {
    const pair = pairSeconds(task, backend);
    const sizes = quickSizes(backend.imageTileSizes ?? backend.tileSizes, pair);
    const counts = [x.count, symmetric ? 0 : z.count] as const;
    return {
      shortcut: NO_TABLE,
      seconds: (entryCount(extent) * pair) / threads,
      bytes: (size) =>
        backend.imageMemory?.({ programme, precision, outputs: outputs.length, counts, size, threads }) ?? 0,
      tile: (room, need) => chooseImageTile(extent, fittingSizes(sizes, room, need), threads),
      smallest: sizes.at(-1) ?? 1,
    };
  };
  return { extent, outputs, precision, products: null, on };
}
