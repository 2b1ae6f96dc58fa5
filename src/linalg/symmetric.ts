import { norm } from '../data/norm.js';
import { DataError } from '../errors.js';

/** Largest asymmetry |a_ij - a_ji| that is taken for rounding, relative to the Frobenius norm. */
export const MOST_ASYMMETRY = 1e-12;

/** Rows and columns compared at a time: both tiles stay in cache. */
const TILE = 64;

/** Calls `found` with the place of a pair of mirrored entries that differ by more than `allowed`. */
function findAsymmetry(a: Float64Array, n: number, allowed: number, found: (i: number, j: number) => void): void {
  for (let top = 0; top < n; top += TILE) {
    for (let left = 0; left <= top; left += TILE) {
      const [bottom, right] = [Math.min(n, top + TILE), Math.min(n, left + TILE)];
      for (let i = top; i < bottom; i++) {
        const end = Math.min(right, i);
        for (let j = left; j < end; j++) {
          if (!(Math.abs(a[i * n + j] - a[j * n + i]) <= allowed)) found(i, j);
        }
      }
    }
  }
}

/** The error of an entry that is NaN or infinite; rows and columns count from 0. */
export function notFinite(name: string, row: number, column: number, value: number): DataError {
  return new DataError(
    `${name}: entry (${row}, ${column}) (row and column, zero-based) must be finite, got ${value}. Compute the ` +
      'matrix again, or leave that row out.',
  );
}

/** The error of two mirrored entries that differ; rows and columns count from 0. */
export function notSymmetric(name: string, row: number, column: number, value: number, mirrored: number): DataError {
  return new DataError(
    `${name}: entry (${row}, ${column}) (row and column, zero-based) must be that of a symmetric matrix, got ` +
      `${value}, and ${mirrored} at its mirror place. Give (K + K') / 2 if that is what you mean.`,
  );
}

/**
 * Looks whether a matrix `[n, n]` is finite, and symmetric to 1e-12 of its Frobenius norm; `name` is what messages call
 * it.
 *
 * @throws DataError with the place of the first entry that is not.
 */
export function checkSymmetric(a: Float64Array, n: number, name: string): void {
  const bad = a.findIndex((value) => value - value !== 0);
  if (bad >= 0 && bad < n * n) throw notFinite(name, Math.floor(bad / n), bad % n, a[bad]);
  findAsymmetry(a, n, MOST_ASYMMETRY * norm(a, 0, n * n), (i, j) => {
    throw notSymmetric(name, i, j, a[i * n + j], a[j * n + i]);
  });
}
