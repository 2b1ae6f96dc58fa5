import { checkSymmetric } from '../linalg/symmetric.js';
import type { SymmetricOperator } from '../operators/operator.js';

/**
 * The entries `[n, n]` of an operator where they are at hand, found finite and symmetric; null where they are not.
 *
 * @throws DataError when an entry is not finite, or |a_ij - a_ji| exceeds 1e-12 of the Frobenius norm.
 */
export async function checkedEntries(operator: SymmetricOperator): Promise<Float64Array | null> {
  const entries = await operator.entries();
  if (entries === null) return null;
  checkSymmetric(entries, operator.size, operator.name ?? 'the matrix');
  return entries;
}
