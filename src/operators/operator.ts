import type { FloatArray } from '../data/array.js';
import { InternalError } from '../errors.js';
import { timesVectors } from '../linalg/built-in/times.js';
import { checkSymmetric } from '../linalg/symmetric.js';
import type { Recomputation } from './recomputed.js';

/**
 * A symmetric matrix as what it does to vectors, stored or not.
 *
 * Blocks of vectors are `[columns, n]`: one vector after the other.
 */
export interface SymmetricOperator {
  /** Rows and columns n. */
  readonly size: number;
  /** What it is, for records: `dense`, `stored K.npy`, `computed`, ... */
  readonly description: string;
  /** What messages call it, a file; absent: the matrix. */
  readonly name?: string;
  /** Unit roundoff of its entries: 2^-53, or 2^-24 where they are singles. */
  readonly roundoff: number;
  /** Backend that computes its entries; absent where they are stored. */
  readonly backend?: string;
  /** BLAS library that its entries come from; null or absent without. */
  readonly native?: string | null;
  /**
   * Vectors that one product should take at once, where its entries cost far more than a product with them; absent: 1.
   */
  readonly block?: number;
  /** What came of computing entries again by `reference` so far; absent where none are computed in closed form. */
  readonly recomputation?: Recomputation;
  /** A X for X `[columns, n]`: a new array. */
  apply(x: Float64Array, columns: number): Promise<Float64Array>;
  /** `[n]` */
  diagonal(): Promise<Float64Array>;
  /** All entries `[n, n]` in C order; null when that would not fit or is not wanted. */
  entries(): Promise<Float64Array | null>;
  /**
   * Calls `use` with some rows `[rows, n]` at a time, in their order, whose memory is used again afterwards; absent
   * where entries are not stored in a file.
   */
  panels?(use: (rows: FloatArray, first: number) => void): Promise<void>;
  /**
   * Looks in one pass whether it is finite and symmetric, where its entries were not computed here; throws DataError
   * with the place.
   */
  check?(): Promise<void>;
  /** Frees files and devices; calling it again does nothing. */
  close(): Promise<void>;
}

/** A matrix in memory, `[n, n]` in C order. */
export class DenseOperator implements SymmetricOperator {
  /** Rows and columns n. */
  readonly size: number;
  readonly description: string;
  readonly name?: string;
  readonly roundoff: number;
  readonly #a: Float64Array;

  /** `source`: where the matrix came from, if it was read from a file. */
  constructor(a: Float64Array, size: number, source?: { readonly name: string; readonly roundoff: number }) {
    this.#a = a;
    this.size = size;
    this.description = source === undefined ? 'dense' : `stored ${source.name}`;
    this.roundoff = source?.roundoff ?? 2 ** -53;
    if (source !== undefined) this.name = source.name;
  }

  async apply(x: Float64Array, columns: number): Promise<Float64Array> {
    const y = new Float64Array(columns * this.size);
    timesVectors({ data: this.#a, first: 0 }, this.size, x.subarray(0, y.length), y);
    return y;
  }

  async diagonal(): Promise<Float64Array> {
    return Float64Array.from({ length: this.size }, (_, i) => this.#a[i * (this.size + 1)]);
  }

  async entries(): Promise<Float64Array> {
    return this.#a;
  }

  /** Throws DataError where it is not finite or not symmetric. */
  async check(): Promise<void> {
    checkSymmetric(this.#a, this.size, this.name ?? 'the matrix');
  }

  async close(): Promise<void> {}
}

/** A + shift I. */
export function shifted(a: SymmetricOperator, shift: number): SymmetricOperator {
  return {
    ...common(a, `${a.description} + ${shift} I`),
    apply: async (x, columns) => {
      const y = await a.apply(x, columns);
      for (let k = 0; k < y.length; k++) y[k] += shift * x[k];
      return y;
    },
    diagonal: async () => (await a.diagonal()).map((v) => v + shift),
    entries: async () => {
      const all = await a.entries();
      if (all === null) return null;
      const result = Float64Array.from(all);
      for (let i = 0; i < a.size; i++) result[i * (a.size + 1)] += shift;
      return result;
    },
  };
}

/** factor A. */
export function scaled(a: SymmetricOperator, factor: number): SymmetricOperator {
  return {
    ...common(a, `${factor} (${a.description})`),
    apply: async (x, columns) => (await a.apply(x, columns)).map((v) => factor * v),
    diagonal: async () => (await a.diagonal()).map((v) => factor * v),
    entries: async () => (await a.entries())?.map((v) => factor * v) ?? null,
  };
}

/** A + B, of the same size; closing it closes both. */
export function sum(a: SymmetricOperator, b: SymmetricOperator): SymmetricOperator {
  if (a.size !== b.size) throw new InternalError(`a sum needs operators of one size, got ${a.size} and ${b.size}`);
  const add = (left: Float64Array, right: Float64Array): Float64Array => left.map((v, k) => v + right[k]);
  return {
    size: a.size,
    description: `${a.description} + ${b.description}`,
    roundoff: Math.max(a.roundoff, b.roundoff),
    apply: async (x, columns) => add(await a.apply(x, columns), await b.apply(x, columns)),
    diagonal: async () => add(await a.diagonal(), await b.diagonal()),
    entries: async () => {
      const [left, right] = [await a.entries(), await b.entries()];
      return left === null || right === null ? null : add(left, right);
    },
    close: async () => {
      await a.close();
      await b.close();
    },
  };
}

function common(
  a: SymmetricOperator,
  description: string,
): Pick<SymmetricOperator, 'size' | 'description' | 'roundoff' | 'close'> {
  return { size: a.size, description, roundoff: a.roundoff, close: () => a.close() };
}

async function leadingPanels(
  a: SymmetricOperator,
  size: number,
  use: (rows: FloatArray, first: number) => void,
): Promise<void> {
  const n = a.size;
  await a.panels?.((rows, first) => {
    const count = Math.min(rows.length / n, size - first);
    if (count <= 0) return;
    const part = new Float64Array(count * size);
    for (let i = 0; i < count; i++) part.set(rows.subarray(i * n, i * n + size), i * size);
    use(part, first);
  });
}

/** The first `size` rows and columns of a symmetric operator; its entries are not at hand. */
export function leadingOperator(a: SymmetricOperator, size: number): SymmetricOperator {
  const n = a.size;
  if (size === n) return a;
  return {
    size,
    description: a.description,
    ...(a.name === undefined ? {} : { name: a.name }),
    roundoff: a.roundoff,
    async apply(x, columns) {
      const whole = new Float64Array(columns * n);
      for (let c = 0; c < columns; c++) whole.set(x.subarray(c * size, (c + 1) * size), c * n);
      const product = await a.apply(whole, columns);
      const y = new Float64Array(columns * size);
      for (let c = 0; c < columns; c++) y.set(product.subarray(c * n, c * n + size), c * size);
      return y;
    },
    diagonal: async () => (await a.diagonal()).slice(0, size),
    entries: async () => null,
    ...(a.panels && { panels: (use) => leadingPanels(a, size, use) }),
    close: () => a.close(),
  };
}
