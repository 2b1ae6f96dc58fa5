import { builtInEigen } from '../linalg/built-in/eigen.js';
import { sharedProduct } from '../linalg/built-in/shared.js';

/** Eigenpairs of a small matrix, largest first; row i of `vectors` `[m, m]` belongs to value i. */
export interface SmallEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * All eigenpairs of a small symmetric matrix `[m, m]` (m up to some hundred): the projected problems of iterations.
 *
 * Throws NumericalError when an entry is not finite.
 */
export function symmetricEigen(matrix: Float64Array, m: number): SmallEigen {
  const { values, vectors } = builtInEigen(sharedProduct(), matrix, m, true);
  return { values, vectors: vectors ?? new Float64Array(0) };
}
