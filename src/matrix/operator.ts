/**
 * A symmetric matrix as what it does to vectors, stored or not.
 *
 * Blocks of vectors are `[columns, n]`: one vector after the other.
 */
export interface SymmetricOperator {
  readonly size: number;
  /** What it is, for records: `dense`, `stored K.npy`, `computed`, ... */
  readonly description: string;
  /** Unit roundoff of its entries: 2^-53, or 2^-24 where they are singles. */
  readonly roundoff: number;
  /** A X for X `[columns, n]`: a new array. */
  apply(x: Float64Array, columns: number): Promise<Float64Array>;
  /** `[n]` */
  diagonal(): Promise<Float64Array>;
  /** All entries `[n, n]` in C order; null when that would not fit or is not wanted. */
  entries(): Promise<Float64Array | null>;
  /** Frees files and devices; calling it again does nothing. */
  close(): Promise<void>;
}

/** A matrix in memory, `[n, n]` in C order. */
export class DenseOperator implements SymmetricOperator {
  readonly size: number;
  readonly description = 'dense';
  readonly roundoff = 2 ** -53;
  readonly #a: Float64Array;

  constructor(a: Float64Array, size: number) {
    this.#a = a;
    this.size = size;
  }

  async apply(x: Float64Array, columns: number): Promise<Float64Array> {
    const n = this.size;
    const y = new Float64Array(columns * n);
    for (let i = 0; i < n; i++) {
      const row = this.#a.subarray(i * n, (i + 1) * n);
      for (let c = 0; c < columns; c++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += row[k] * x[c * n + k];
        y[c * n + i] = sum;
      }
    }
    return y;
  }

  async diagonal(): Promise<Float64Array> {
    return Float64Array.from({ length: this.size }, (_, i) => this.#a[i * (this.size + 1)]);
  }

  async entries(): Promise<Float64Array> {
    return this.#a;
  }

  async close(): Promise<void> {}
}
