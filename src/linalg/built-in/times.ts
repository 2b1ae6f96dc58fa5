import type { FloatArray } from '../../data/array.js';

/** Rows of a matrix as they stand in memory, and which rows they are. */
export interface RowPanel {
  /** `[rows, n]` */
  readonly data: FloatArray;
  /** Number of its first row in the matrix. */
  readonly first: number;
}

/** One vector: four rows share each of its elements, and their sums do not wait for one another. */
function timesOne({ data, first }: RowPanel, n: number, x: Float64Array, y: Float64Array): void {
  const rows = data.length / n;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const [r, s, t, u] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < n; k++) {
      const value = x[k];
      a += data[r + k] * value;
      b += data[s + k] * value;
      c += data[t + k] * value;
      d += data[u + k] * value;
    }
    y[first + i] = a;
    y[first + i + 1] = b;
    y[first + i + 2] = c;
    y[first + i + 3] = d;
  }
  for (; i < rows; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += data[i * n + k] * x[k];
    y[first + i] = sum;
  }
}

/** Four vectors `[4, n]`, which share each pass over a row; results stand `n` apart in y. */
function timesFour({ data, first }: RowPanel, n: number, x: Float64Array, y: Float64Array): void {
  const rows = data.length / n;
  const [p, q, r] = [n, 2 * n, 3 * n];
  for (let i = 0; i < rows; i++) {
    const row = i * n;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < n; k++) {
      const value = data[row + k];
      a += value * x[k];
      b += value * x[p + k];
      c += value * x[q + k];
      d += value * x[r + k];
    }
    y[first + i] = a;
    y[p + first + i] = b;
    y[q + first + i] = c;
    y[r + first + i] = d;
  }
}

/**
 * Y[first ..] = A[first ..] X for some rows of a matrix of n columns and blocks X, Y `[columns, n]` of vectors, one
 * after the other.
 */
export function timesVectors(panel: RowPanel, n: number, x: Float64Array, y: Float64Array): void {
  let at = 0;
  for (; at + 4 * n <= x.length; at += 4 * n) {
    timesFour(panel, n, x.subarray(at, at + 4 * n), y.subarray(at, at + 4 * n));
  }
  for (; at < x.length; at += n) timesOne(panel, n, x.subarray(at, at + n), y.subarray(at, at + n));
}
