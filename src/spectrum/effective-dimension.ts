import { UsageError } from '../errors.js';

/**
 * Effective dimension at the ridge r: the sum of l / (l + r) over the eigenvalues, the degrees of freedom of ridge
 * regression.
 *
 * Negative eigenvalues are rounding and count as 0; at r = 0 it is the number of positive ones. Throws UsageError for r
 * < 0.
 *
 * Source: T. Zhang, Neural Computation 17 (2005) 2077.
 */
export function effectiveDimension(eigenvalues: ArrayLike<number>, ridge: number): number {
  if (!(ridge >= 0)) throw new UsageError(`ridge: must not be negative, got ${ridge}. Use 0 or more.`);
  let sum = 0;
  for (let i = 0; i < eigenvalues.length; i++) {
    const value = Math.max(0, eigenvalues[i]);
    if (value > 0) sum += value / (value + ridge);
  }
  return sum;
}

/**
 * Bounds of the effective dimension of n eigenvalues of which only the largest k and the trace are known.
 *
 * The rest r_i, each in [0, l_k] with a known sum, contributes most when spread evenly over all n - k (x / (x + ridge)
 * is concave), and least when as few as possible carry it. Throws UsageError for a ridge that is not positive.
 */
export function effectiveDimensionBounds(
  largest: ArrayLike<number>,
  n: number,
  trace: number,
  ridge: number,
): { readonly lower: number; readonly upper: number } {
  if (!(ridge > 0)) throw new UsageError(`ridge: must be positive, got ${ridge}. With 0 every eigenvalue is needed.`);
  const known = effectiveDimension(largest, ridge);
  const k = largest.length;
  if (k >= n || k === 0) return { lower: known, upper: k >= n ? known : evenly(Math.max(0, trace), n, ridge) };
  let rest = trace;
  for (let i = 0; i < k; i++) rest -= largest[i];
  rest = Math.max(0, rest);
  const top = Math.max(0, largest[k - 1]);
  const lower = top === 0 ? 0 : rest / (top + ridge);
  return { lower: known + lower, upper: known + evenly(rest, n - k, ridge) };
}

/** The sum of x / (x + ridge) for `count` equal shares x of a total. */
function evenly(total: number, count: number, ridge: number): number {
  return total / (total / count + ridge);
}
