import type { TileRange, TileSums, VectorBlock } from '../../../src/backend/tile.js';
import { BackendError } from '../../../src/errors.js';
import type { Engine } from '../engine.js';
import type { DeviceTensor } from '../tensorflow/device.js';
import { diagonalPart, replaced, upperPart } from '../tensorflow/factorisations.js';
import { TensorflowTensors } from '../tensorflow/tensors.js';
import type { Tensor } from '../tensors.js';

/** The entries of one output of a finished tile. */
export interface TileEntries {
  /** `[rows, columns or more]`; null where the kernel is 0. */
  readonly whole: Tensor | null;
  /** Entries that take the place of others, by their places in it. */
  readonly near: readonly { readonly places: Int32Array; readonly entries: Tensor | null }[];
  /** Whether it lies on the diagonal of a symmetric matrix: then what is above the diagonal counts. */
  readonly onDiagonal: boolean;
}

/** Vectors `first .. first + length` of a block of vectors of n numbers each. */
function partOf({ values, count }: VectorBlock, first: number, length: number): Float64Array {
  const n = values.length / count;
  const part = new Float64Array(count * length);
  for (let v = 0; v < count; v++) part.set(values.subarray(v * n + first, v * n + first + length), v * length);
  return part;
}

function zeroSums({ row, rows, column, columns }: TileRange, count: number): TileSums {
  const forColumns = row === column ? null : new Float64Array(count * columns);
  return { forRows: new Float64Array(count * rows), forColumns };
}

/** Products of tiles with vectors where the tiles are, in double precision: no tile is read. */
export class TileProducts {
  readonly #tf: TensorflowTensors;

  private constructor(tf: TensorflowTensors) {
    this.#tf = tf;
  }

  /** Null where an engine has no double precision. */
  static of(engine: Engine): TileProducts | null {
    if (engine.below === null) return null;
    try {
      const tf = engine.tensors('f64');
      return tf instanceof TensorflowTensors ? new TileProducts(tf) : null;
    } catch (error) {
      if (error instanceof BackendError) return null;
      throw error;
    }
  }

  /** What a tile adds to a product. */
  sums(range: TileRange, tile: TileEntries, vectors: VectorBlock): TileSums {
    const tf = this.#tf;
    const { count } = vectors;
    const { whole } = tile;
    if (whole === null) return zeroSums(range, count);
    return tf.tidy(() => {
      const t = this.#patched(range, whole, tile.near);
      const right = tf.tensor(partOf(vectors, range.column, range.columns), [count, range.columns]);
      if (tile.onDiagonal) return { forRows: this.#read(this.#symmetric(t, right)), forColumns: null };
      const forRows = this.#read(tf.matMul(right, t, false, true));
      if (range.row === range.column) return { forRows, forColumns: null };
      const left = tf.tensor(partOf(vectors, range.row, range.rows), [count, range.rows]);
      return { forRows, forColumns: this.#read(tf.matMul(left, t)) };
    });
  }

  /** X T for the symmetric T whose upper triangle is given. */
  #symmetric(t: DeviceTensor, x: DeviceTensor): DeviceTensor {
    const tf = this.#tf;
    return tf.tidy(() => {
      const upper = upperPart(tf, t);
      const both = tf.add(tf.matMul(x, upper, false, true), tf.matMul(x, upper));
      return tf.sub(both, tf.mul(x, diagonalPart(tf, upper)));
    });
  }

  /** The entries as doubles, with those of near-duplicates. */
  #patched({ rows, columns }: TileRange, whole: Tensor, near: TileEntries['near']): DeviceTensor {
    const tf = this.#tf;
    return tf.tidy(() => {
      const doubles = near.reduce(
        (t, { places, entries }) =>
          entries === null || places.length === 0 ? t : replaced(tf, t, places, tf.toNumbers(entries)),
        tf.toNumbers(whole),
      );
      return whole.shape[1] === columns ? doubles : tf.slice(doubles, [0, 0], [rows, columns]);
    });
  }

  #read(x: DeviceTensor): Float64Array {
    return Float64Array.from(this.#tf.readSync(x));
  }
}
