import type { TileData, TileRange } from '../backend/tile.js';
import type { FloatArray } from '../data/array.js';
import type { Recomputation } from './recomputed.js';

/** A rectangular kernel K(z, x) `[m, n]` as what it does to vectors, stored or not. */
export interface CrossOperator {
  /** Rows m. */
  readonly rows: number;
  /** Columns n. */
  readonly columns: number;
  /** What came of computing entries again by `reference` so far; absent where none are computed in closed form. */
  readonly recomputation?: Recomputation;
  /** K A for vectors A `[count, n]`, one after the other: `[count, m]`. */
  apply(x: Float64Array, count: number): Promise<Float64Array>;
  /** Frees files and devices; calling it again does nothing. */
  close(): Promise<void>;
}

/** Y[rows] += T X[columns] for one tile T, vectors of X `[count, n]` and Y `[count, m]`. */
export function accumulate(
  { row, rows, column, columns }: TileRange,
  { values, stride }: Pick<TileData, 'values' | 'stride'>,
  x: Float64Array,
  n: number,
  y: Float64Array,
  m: number,
): void {
  for (let from = column, to = row; from < x.length; from += n, to += m) {
    for (let i = 0; i < rows; i++) {
      const at = i * stride;
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += values[at + j] * x[from + j];
      y[to + i] += sum;
    }
  }
}

/** K(z, x) `[m, n]` in memory, in C order. */
export function denseCross(values: FloatArray, m: number, n: number): CrossOperator {
  const whole = { row: 0, rows: m, column: 0, columns: n };
  return {
    rows: m,
    columns: n,
    async apply(a, count) {
      const y = new Float64Array(count * m);
      accumulate(whole, { values, stride: n }, a, n, y, m);
      return y;
    },
    close: async () => undefined,
  };
}
