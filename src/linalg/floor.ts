/**
 * What a decomposition in float64 may leave of an eigenvalue 0, as a share of the norm: up to 5 2^-53 was measured, by
 * LAPACK and built in.
 */
const SOLVER = 2 ** -49;

/** Roundings of an entry that are told apart from its value: kernels are right to a few units in the last place. */
const ROUNDINGS = 8;

/**
 * Size up to which an eigenvalue of a symmetric matrix of n rows and 2-norm `norm` is 0 to rounding: max(roundoff
 * sqrt(n), 2^-49) norm.
 *
 * `roundoff` is that of the entries, 2^-53 or 2^-24. Where the largest 2-norm of a row is known, errors of the entries
 * that do not depend on one another reach 8 roundoff times it, which is less.
 */
export function roundingFloor(norm: number, n: number, roundoff: number, rowNorm?: number): number {
  const solver = Math.max(SOLVER, 2 ** -53 * Math.sqrt(n)) * norm;
  return Math.max(solver, rowNorm === undefined ? roundoff * Math.sqrt(n) * norm : ROUNDINGS * roundoff * rowNorm);
}
