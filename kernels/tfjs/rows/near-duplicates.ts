import { NEAR_THRESHOLD, nearDistance, radialAt } from '../../../src/backend/near-duplicates.js';
import type { RowTask } from '../../../src/backend/tasks.js';
import type { TileRange } from '../../../src/backend/tile.js';
import { type FloatArray, type Precision, zeros } from '../../../src/data/array.js';
import type { RadialStep } from '../../../src/programme/radial.js';
import type { Tensor, Tensors } from '../tensors.js';
import { bothSides, type Value } from '../values.js';
import { padded } from './columns.js';

/** Pairs whose first cosine distance comes from the difference of their rows. */
export interface NearPairs {
  /** Rows of x and of z, and where the pairs lie in the tile: `[count]`. */
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly places: Int32Array;
  /** Signed cosine distances, `[count]`. */
  readonly distances: FloatArray;
}

/**
 * Least 1 - |u| in each of some rows of a tile `[rows, columns]`, `first` being the first of them; on the diagonal of a
 * symmetric task without the diagonal.
 */
export function leastInRows(tf: Tensors, distance: Tensor, first: number, onDiagonal: boolean): Tensor {
  return tf.tidy(() => {
    if (!onDiagonal) return tf.min(distance, 1);
    const [rows, columns] = distance.shape;
    const places = (from: number, count: number): Float64Array =>
      Float64Array.from({ length: count }, (_, k) => from + k);
    const apart = tf.sub(tf.tensor(places(first, rows), [rows, 1]), tf.tensor(places(0, columns), [1, columns]));
    return tf.min(tf.add(distance, tf.sub(1, tf.step(tf.abs(apart)))), 1);
  });
}

const isNear = (distance: number, precision: Precision): boolean => distance < NEAR_THRESHOLD[precision];

/** Some rows of a tile. */
async function readRows(tf: Tensors, u: Tensor, rows: readonly number[]): Promise<FloatArray> {
  const picked = tf.tidy(() => tf.gather(u, tf.integers(rows)));
  try {
    return await tf.read(picked);
  } finally {
    picked.dispose();
  }
}

/** Positions `[row, column, u]` of near-duplicate pairs in a tile, of a tile on the diagonal those above it. */
async function positions(
  tf: Tensors,
  u: Tensor,
  least: readonly Tensor[],
  columns: number,
  onDiagonal: boolean,
): Promise<(readonly [number, number, number])[]> {
  const rows: number[] = [];
  let first = 0;
  for (const part of least) {
    const distances = await tf.read(part);
    distances.forEach((distance, i) => {
      if (isNear(distance, tf.precision)) rows.push(first + i);
    });
    first += distances.length;
  }
  if (rows.length === 0) return [];
  const values = await readRows(tf, u, rows);
  const width = u.shape[1] ?? 0;
  const found: (readonly [number, number, number])[] = [];
  rows.forEach((i, at) => {
    for (let j = onDiagonal ? i + 1 : 0; j < columns; j++) {
      const value = values[at * width + j];
      if (isNear(1 - Math.abs(value), tf.precision)) found.push([i, j, value]);
    }
  });
  return found;
}

/**
 * Looks for near-duplicate pairs in the inner products of a tile, whose `least` 1 - |u| in each row are there; of a
 * tile on the diagonal the diagonal comes first, with the cosine distance 0.
 */
export async function findNear(
  tf: Tensors,
  task: RowTask,
  range: TileRange,
  { u, least }: { readonly u: Tensor; readonly least: readonly Tensor[] },
  onDiagonal: boolean,
): Promise<{ readonly pairs: NearPairs; readonly redone: number }> {
  const found = await positions(tf, u, least, range.columns, onDiagonal);
  const selfKernels = onDiagonal ? range.rows : 0;
  const count = selfKernels + found.length;
  const pairs = {
    i: new Int32Array(count),
    j: new Int32Array(count),
    places: new Int32Array(count),
    distances: zeros(count, tf.precision),
  };
  const width = u.shape[1] ?? 0;
  const { x, z } = task;
  const d = x.features;
  for (let k = 0; k < count; k++) {
    const [i, j, value] = k < selfKernels ? [k, k, 1] : found[k - selfKernels];
    const [row, column] = [range.row + i, range.column + j];
    pairs.i[k] = row;
    pairs.j[k] = column;
    pairs.places[k] = i * width + j;
    if (k < selfKernels || task.radial !== null) continue;
    pairs.distances[k] = nearDistance(x.data, row * d, x.norms[row], z.data, column * d, z.norms[column], d, value < 0);
  }
  return { pairs, redone: found.length };
}

/** Near-duplicate pairs in lists of bounded length. */
export function* batches({ i, j, places, distances }: NearPairs, most: number): Generator<NearPairs> {
  for (let at = 0; at < i.length; at += most) {
    const end = at + most;
    yield {
      i: filled(i.subarray(at, end)),
      j: filled(j.subarray(at, end)),
      places: places.subarray(at, end),
      distances: distances.subarray(at, end),
    };
  }
}

function filled(rows: Int32Array): Int32Array {
  const result = new Int32Array(padded(rows.length)).fill(rows[rows.length - 1]);
  result.set(rows);
  return result;
}

/** The entries of near-duplicate pairs of a radial kernel, straight from their rows: `[pairs]`. */
export function nearRadial(tf: Tensors, radial: RadialStep, { x, z }: RowTask, { i, j, distances }: NearPairs): Tensor {
  const d = x.features;
  return tf.tensor1d(distances.map((_, k) => radialAt(radial, x.data, i[k] * d, z.data, j[k] * d, d)));
}

/** The first value of near-duplicate pairs, `[pairs]`. */
export function nearSource(tf: Tensors, { i, distances }: NearPairs): Value {
  const signed = zeros(i.length, tf.precision);
  signed.set(distances);
  const { below, above } = bothSides(signed);
  return tf.tidy(() => ({ below: tf.tensor1d(below), above: tf.tensor1d(above) }));
}
