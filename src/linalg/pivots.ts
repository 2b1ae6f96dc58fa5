import { NumericalError } from '../errors.js';

/** Part of a diagonal entry below which its pivot is nothing but rounding errors. */
const ROUNDING = 2 ** -52;

/**
 * log det A from the diagonals of A and of its Cholesky factor L, both `[n]`; a pivot that is not above 2^-52 of the
 * entry a_ii is no pivot.
 *
 * Row `failed` is the first that the factorisation gave up on, n if there is none. Throws
 * NumericalError with the first row that is no good.
 */
export function checkPivots(diagonal: Float64Array, roots: Float64Array, failed = roots.length): number {
  const n = roots.length;
  let sum = 0;
  for (let i = 0; i < failed; i++) {
    const root = roots[i];
    if (!(root * root > ROUNDING * Math.abs(diagonal[i]))) throw notDefinite(i, n);
    sum += Math.log(root);
  }
  if (failed < n) throw notDefinite(failed, n);
  return 2 * sum;
}

function notDefinite(row: number, n: number): NumericalError {
  return new NumericalError(
    `Cholesky: the matrix must be positive definite, got no positive pivot in row ${row} of ${n} (counted from 0). ` +
      'Add a ridge, or a larger one.',
  );
}
