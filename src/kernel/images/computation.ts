import type { Backend, ImageJobShape } from '../../backend/contract.js';
import { doorOf } from '../../backend/door.js';
import type { ImageSet, ImageTask } from '../../backend/tasks.js';
import { someExamples } from '../../data/examples.js';
import { norm } from '../../data/norm.js';
import { rulesOf } from '../../programme/steps/index.js';
import { type Again, type Computation, type Demand, entryCount, type Prepared } from '../computation.js';
import type { Place, Sizes } from '../samples.js';
import { chooseImageTile, type Extent, fittingSizes } from '../tiles.js';

/** Why networks of images have no table. */
const NO_TABLE = 'no table: images meet at many angles at once';

/** Longest time of a tile in seconds: for progress that moves, and little that is lost by an interruption. */
const TILE_SECONDS = 8;

/** The sizes whose tiles do not take too long, at least the smallest. */
function quickSizes(sizes: readonly number[], pair: number): readonly number[] {
  const quick = sizes.filter((size) => size * size * pair <= TILE_SECONDS);
  return quick.length > 0 ? quick : sizes.slice(-1);
}

/** What a kernel of images takes on a backend. */
function demandOf(task: ImageTask, extent: Extent, backend: Backend, threads: number): Demand {
  const { x, z, symmetric, programme, precision, outputs } = task;
  const door = doorOf(backend, 'images');
  const pair = door.pace(task);
  const sizes = quickSizes(door.tileSizes, pair);
  const counts = [x.count, symmetric ? 0 : z.count] as const;
  return {
    shortcut: NO_TABLE,
    seconds: (entryCount(extent) * pair) / threads,
    bytes: (size) => door.memory({ programme, precision, outputs: outputs.length, counts, size, threads }),
    tile: (room, need) => chooseImageTile(extent, fittingSizes(sizes, room, need), threads),
    smallest: sizes.at(-1) ?? 1,
  };
}

/** Norms of images, which stand for sqrt(K(x,x)). */
function sizesOf({ x, z, normalized }: ImageTask): Sizes {
  const size = ({ data, count }: ImageSet) => {
    const length = data.length / count;
    return (i: number): number => (normalized ? 1 : norm(data, i * length, length));
  };
  return { x: size(x), z: size(z) };
}

function prepare(task: ImageTask, backend: Backend): Prepared {
  return {
    shortcut: NO_TABLE,
    tableError: null,
    sizes: sizesOf(task),
    selfKernels: () => null,
    open: (options) => doorOf(backend, 'images').open(task, options),
  };
}

function someImages({ data, count, positions, channels }: ImageSet, numbers: readonly number[]): ImageSet {
  const some = someExamples({ data, shape: [count, ...positions, channels] }, numbers);
  return { data: some.data, count: numbers.length, positions, channels };
}

function taskOf(task: ImageTask, places: readonly Place[]): ImageTask {
  const [rows, columns] = [places.map(({ row }) => row), places.map(({ column }) => column)];
  return { ...task, precision: 'f64', x: someImages(task.x, rows), z: someImages(task.z, columns), symmetric: false };
}

function againOf(task: ImageTask): Again {
  const { programme, outputs } = task;
  const shape: ImageJobShape = {
    ...{ programme, precision: 'f64', outputs: outputs.length },
    ...{ counts: [1, 1], size: 1, threads: 1 },
  };
  return {
    seconds: (reference) => {
      const pair = doorOf(reference, 'images').pace({ programme, precision: 'f64' });
      // Behind a pool K(x,x) takes every pair of positions of the image with itself.
      return programme.steps.some((step) => rulesOf(step).readsAllPairs === true) ? 3 * pair : pair;
    },
    bytes: (reference) => doorOf(reference, 'images').memory(shape),
    open: (reference, places) => doorOf(reference, 'images').open(taskOf(task, places), { threads: 1, tile: [1, 1] }),
  };
}

/** A kernel of images. */
export interface ImageComputation extends Computation {
  readonly kind: 'images';
}

/** The computation of a kernel of images. */
export function imageComputation(task: ImageTask): ImageComputation {
  const extent: Extent = { rows: task.x.count, columns: task.z.count, symmetric: task.symmetric };
  return {
    kind: 'images',
    input: 'image',
    extent,
    outputs: task.outputs,
    precision: task.precision,
    products: null,
    hintsAtGpu: false,
    on: (backend, threads) => demandOf(task, extent, backend, threads),
    prepare: (backend) => prepare(task, backend),
    again: againOf(task),
    work: () => JSON.stringify(['images', task.precision, task.outputs, task.normalized, task.programme]),
    shader: ({ tasks }) => tasks.images?.shader?.(task) ?? null,
  };
}
