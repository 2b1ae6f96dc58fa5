import type { FloatArray } from '../data/array.js';

/** What is made of several outputs: every pair of them `[n, m, o, o]`, or the mean over each with itself `[n, m]`. */
export type Contraction = 'trace' | 'full';

/** The matrix that contributions are added to, or a block of it. */
export interface KernelTarget {
  /** `[n, m]`, or `[n, m, o, o]`. */
  readonly data: FloatArray;
  /** m */
  readonly columns: number;
  /** First row of the block. */
  readonly row: number;
  /** First column of the block. */
  readonly column: number;
  /** Numbers of a pair of examples: 1, or o x o. */
  readonly pair: number;
}

/** Place of the first number of the pair (i, j) of a block. */
export function placeOf({ columns, row, column, pair }: KernelTarget, i: number, j: number): number {
  return ((row + i) * columns + column + j) * pair;
}

/**
 * Copies the upper half of a symmetric matrix `[n, n]` or `[n, n, o, o]` into the lower, both indices of outputs turned
 * round.
 */
export function mirror(data: FloatArray, n: number, o: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const [upper, lower] = [(i * n + j) * o * o, (j * n + i) * o * o];
      for (let a = 0; a < o; a++) {
        for (let b = i === j ? a : 0; b < o; b++) data[lower + b * o + a] = data[upper + a * o + b];
      }
    }
  }
}
