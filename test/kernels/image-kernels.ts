/** Kernels of images straight from the backends, by tiles. */
import { type InputShape, type KernelKind, lower } from '../../src/architecture/lower.js';
import type { Backend } from '../../src/backend/contract.js';
import { doorOf } from '../../src/backend/door.js';
import { selectBackend } from '../../src/backend/select.js';
import type { ImageSet, ImageTask, Output } from '../../src/backend/tasks.js';
import { CompilerError } from '../../src/errors.js';
import { type NdArray, parseArchitecture } from '../../src/index.js';
import { tiles } from '../../src/kernel/tiles.js';
import { keepNeeded } from '../../src/programme/needs.js';
import { normals } from '../reference/monte-carlo.js';
import { COMBINATIONS, type Combination } from './backends.js';

async function opens({ backend, precision }: Combination): Promise<boolean> {
  return (await selectBackend(backend, precision)).backend.tasks.images !== undefined;
}

/** What `compiled` says of windows that it has no C for. */
const IRREGULAR = /^images: what is compiled has windows that all wrap or all do not/;

/** The kernels of images have no product that a BLAS does: with one they are the same code. */
const OWN = COMBINATIONS.filter(({ native }) => native === undefined);
const OPEN = await Promise.all(OWN.map(opens));

/** The combinations whose backend computes on images: one joins as soon as it has a door for them. */
export const IMAGE_COMBINATIONS: readonly Combination[] = OWN.filter((_, k) => OPEN[k]);

/** What is computed, and how. */
export interface ImageOptions {
  /** Columns; left out for a symmetric kernel. */
  readonly z?: NdArray;
  readonly kind?: KernelKind;
  readonly normalized?: boolean;
  /** Whether windows that are not printed as C may be left to host, as users have it. [no: that is a fault] */
  readonly mayBeIrregular?: boolean;
  /** Side of a tile, in images. */
  readonly tile?: number;
  /** 1 where left out. */
  readonly threads?: number;
}

/** The kernels that were asked for, `[n, m]` each. */
export interface ImageKernels {
  readonly nngp: NdArray | null;
  readonly ntk: NdArray | null;
}

/** Images of normal numbers, `[count, ...positions, channels]`. */
export function randomImages(count: number, positions: readonly number[], channels: number, seed: number): NdArray {
  const next = normals(seed);
  const shape = [count, ...positions, channels];
  return { data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), shape };
}

function shapeOf({ shape }: NdArray): InputShape & { readonly positions: readonly number[] } {
  return { positions: shape.slice(1, -1), channels: shape[shape.length - 1] };
}

function imageSet(x: NdArray): ImageSet {
  return { data: x.data, count: x.shape[0], ...shapeOf(x) };
}

/** The network as steps for images of the shape of `x` `[n, ...positions, channels]`. */
export function imageTask(
  architecture: unknown,
  x: NdArray,
  options: ImageOptions,
  precision: 'f64' | 'f32',
): ImageTask {
  const { z, kind = 'both', normalized = false } = options;
  const programme = keepNeeded(lower(parseArchitecture(architecture), shapeOf(x), kind));
  const outputs: readonly Output[] = kind === 'both' ? ['ntk', 'nngp'] : [kind];
  const set = imageSet(x);
  const sets = { x: set, z: z ? imageSet(z) : set, symmetric: z === undefined };
  return { kind: 'images', programme, precision, outputs, ...sets, normalized };
}

async function computeTask(backend: Backend, task: ImageTask, tile: number, threads = 1): Promise<ImageKernels> {
  const job = await doorOf(backend, 'images').open(task, { threads, tile: [tile, tile] });
  const shape = [task.x.count, task.z.count];
  const results = new Map(task.outputs.map((output) => [output, new Float64Array(shape[0] * shape[1])]));
  try {
    for (const range of tiles({ rows: shape[0], columns: shape[1], symmetric: task.symmetric }, tile)) {
      const mirrored = task.symmetric && range.row !== range.column;
      const done = await job.compute(range, mirrored);
      for (const [output, out] of results) {
        const { values, stride, transposed, transposedStride } = await done.read(output);
        for (let i = 0; i < range.rows; i++) {
          for (let j = 0; j < range.columns; j++) {
            out[(range.row + i) * shape[1] + range.column + j] = values[i * stride + j];
            if (!mirrored) continue;
            out[(range.column + j) * shape[1] + range.row + i] = transposed?.[j * transposedStride + i] ?? Number.NaN;
          }
        }
      }
      done.release();
    }
  } finally {
    await job.close();
  }
  const pick = (output: Output) => {
    const data = results.get(output);
    return data === undefined ? null : { data, shape };
  };
  return { nngp: pick('nngp'), ntk: pick('ntk') };
}

/** Kernels of a network in the file format on images `[n, ...positions, channels]`. */
export async function imageKernels(
  architecture: unknown,
  x: NdArray,
  { backend: name, precision }: Combination,
  options: ImageOptions = {},
): Promise<ImageKernels> {
  const { backend } = await selectBackend(name, precision);
  const task = imageTask(architecture, x, options, precision);
  const tile = options.tile ?? doorOf(backend, 'images').tileSizes[0];
  try {
    return await computeTask(backend, task, tile, options.threads);
  } catch (error) {
    const isLeft = options.mayBeIrregular && error instanceof CompilerError && IRREGULAR.test(error.reason);
    if (!isLeft) throw error;
    return computeTask((await selectBackend('host', precision)).backend, task, tile);
  }
}
