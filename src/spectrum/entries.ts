import { DataError } from '../errors.js';
import type { SymmetricOperator } from '../matrix/operator.js';
import { norm } from './rows.js';

/** Largest asymmetry |a_ij - a_ji| that is taken for rounding, relative to the Frobenius norm. */
const MOST_ASYMMETRY = 1e-12;

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
  const bad = entries.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DataError(`${where(bad)}: must be finite, got ${entries[bad]}. Mend or leave out that row.`);
  const allowed = MOST_ASYMMETRY * norm(entries);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [entries[i * n + j], entries[j * n + i]];
      if (Math.abs(a - b) <= allowed) continue;
      throw new DataError(
        `${where(i * n + j)}: a symmetric matrix is needed, got ${a} and ${b} at its mirror place. Give (K + K') / 2 if that is what you mean.`,
      );
    }
  }
  return entries;
}
