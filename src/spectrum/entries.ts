import { DataError } from '../errors.js';
import type { SymmetricOperator } from '../matrix/operator.js';
import { norm } from './rows.js';

/** Largest asymmetry |a_ij - a_ji| that is taken for rounding, relative to the Frobenius norm. */
const MOST_ASYMMETRY = 1e-12;

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

/**
 * The entries `[n, n]` of an operator where they are at hand, found finite and symmetric; null where they are not.
 *
 * Throws DataError when an entry is not finite, or |a_ij - a_ji| exceeds 1e-12 of the Frobenius norm.
 */
export async function checkedEntries(operator: SymmetricOperator): Promise<Float64Array | null> {
  const entries = await operator.entries();
  if (entries === null) return null;
  const n = operator.size;
  const where = (at: number): string => `entry (${Math.floor(at / n)}, ${at % n}) of the matrix`;
  const whole = norm(entries);
  const bad = Number.isFinite(whole) ? -1 : entries.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new DataError(`${where(bad)}: must be finite, got ${entries[bad]}. Mend or leave out that row.`);
  }
  findAsymmetry(entries, n, MOST_ASYMMETRY * whole, (i, j) => {
    const [a, b] = [entries[i * n + j], entries[j * n + i]];
    throw new DataError(
      `${where(i * n + j)}: a symmetric matrix is needed, got ${a} and ${b} at its mirror place. Give (K + K') / 2 if that is what you mean.`,
    );
  });
  return entries;
}
