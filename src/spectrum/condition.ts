import { UsageError } from '../errors.js';
import { dot } from '../linalg/vectors.js';

/** Condition of a kernel matrix, and what its mean off-diagonal entry forces on it. */
export interface Condition {
  /** Largest over smallest eigenvalue; Infinity where the smallest is 0 or negative. */
  readonly conditionNumber: number;
  /** Whether the smallest eigenvalue lies above the floor of the precision: below, the number tells of rounding. */
  readonly isResolved: boolean;
}

/** Condition number of a positive semidefinite matrix from its largest and smallest eigenvalue. */
export function condition(largest: number, smallest: number, precisionFloor: number): Condition {
  const conditionNumber = smallest > 0 ? largest / smallest : Infinity;
  return { conditionNumber, isResolved: smallest > precisionFloor };
}

/** Eigenvalues of the double-constant matrix (1 - b) I + b 1 1' of n rows: 1 - b, n - 1 times, and 1 - b + n b. */
export function doubleConstantEigenvalues(
  n: number,
  b: number,
): {
  /** 1 - b, n - 1 times. */
  readonly repeated: number;
  /** 1 - b + n b. */
  readonly single: number;
} {
  return { repeated: 1 - b, single: 1 - b + n * b };
}

/**
 * Lower bound 1 + n b / (1 - b) of the condition number of any positive semidefinite matrix with unit diagonal and mean
 * off-diagonal entry b.
 *
 * Averaging over all permutations of the rows gives the double-constant matrix; its largest eigenvalue can only be
 * smaller and its smallest only larger. For b < 0 the bound is (1 - b) / (1 - b + n b). Throws UsageError for n < 1.
 *
 * Source: Barzilai et al., arXiv 2211.14810.
 */
export function doubleConstantBound(n: number, meanOffDiagonal: number): number {
  if (!(n >= 1))
    throw new UsageError(`double-constant bound: n must be at least 1, got ${n}. Give the number of rows.`);
  if (n === 1) return 1;
  const { repeated, single } = doubleConstantEigenvalues(n, meanOffDiagonal);
  const [high, low] = [Math.max(repeated, single), Math.min(repeated, single)];
  return low > 0 ? high / low : Infinity;
}

/**
 * Lower bound (d + (n-1) o) / (d - o) of the condition number of any positive semidefinite matrix whose diagonal has
 * the mean d and whose off-diagonal entries have the mean o: {@link doubleConstantBound} without a unit diagonal.
 *
 * `sum` is that of all entries, `trace` that of the diagonal. Infinity where d is not above o.
 */
export function ownConstantBound(n: number, trace: number, sum: number): number {
  const own = trace / n;
  return n === 1 ? 1 : doubleConstantBound(n, (sum - trace) / (n * (n - 1)) / own);
}

/** 1 / sqrt(k_ii) `[n]`, which scales a matrix to unit diagonal; 0 where k_ii is not positive. */
export function unitScales(diagonal: Float64Array): Float64Array {
  return diagonal.map((own) => (own > 0 ? 1 / Math.sqrt(own) : 0));
}

/**
 * Mean off-diagonal entry of the matrix scaled to unit diagonal, k_ij / sqrt(k_ii k_jj), from the scales s and the
 * product K s `[n]`; 0 for n = 1.
 *
 * It is (s' K s - m) / (n (n - 1)), m the number of scales that are not 0: rows of zeros count as orthogonal to all.
 * The bound of {@link doubleConstantBound} for this mean holds for the scaled matrix, and for the matrix itself where
 * its diagonal is constant.
 */
export function meanCorrelation(scales: Float64Array, product: Float64Array): number {
  const n = scales.length;
  const ones = scales.filter((scale) => scale > 0).length;
  return n > 1 ? (dot(scales, product) - ones) / (n * (n - 1)) : 0;
}
