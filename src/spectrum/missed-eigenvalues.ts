import { symmetricEigen } from './projected.js';

/** Ritz pairs and what ties them to the rest, as a check needs them. */
export interface SeenPart {
  /** `[m]`, largest first. */
  readonly values: Float64Array;
  /** `[ties, m]`: coordinates of their residuals along orthonormal directions outside. */
  readonly couplings: Float64Array;
  readonly ties: number;
}

/**
 * Bound from above, false with probability `risk`, of the largest eigenvalue of a matrix of `n` rows after `steps`
 * Lanczos steps from a random vector whose Ritz values span [lowest, highest]; Infinity while nothing can be said.
 *
 * With e the share of the spread that the largest Ritz value may lack: P <= 1.648 sqrt(n) exp(-sqrt(e) (2 steps - 1)),
 * at both ends. Source: J. Kuczynski, H. Wozniakowski, SIAM J. Matrix Anal. Appl. 13 (1992), theorem 4.2.
 */
export function spectrumBound(n: number, steps: number, lowest: number, highest: number, risk: number): number {
  const root = Math.log((2 * 1.648 * Math.sqrt(n)) / risk) / (2 * steps - 1);
  const share = root * root;
  if (share >= 0.5) return Infinity;
  return highest + (share * (highest - lowest)) / (1 - 2 * share);
}

/**
 * An upper bound of the number of eigenvalues of A beyond `bound`, if no eigenvalue of A on the complement of the seen
 * part exceeds `rest` < bound.
 *
 * With A = [[T, B'], [B, C]] and C <= rest: by the Schur complement A - bound I has at most as many positive
 * eigenvalues as T + B'B / (bound - rest) - bound I.
 */
export function countBeyond({ values, couplings, ties }: SeenPart, bound: number, rest: number): number {
  const m = values.length;
  const matrix = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    matrix[i * m + i] = values[i];
    for (let j = 0; j < m; j++) {
      let sum = 0;
      // Divided before they are multiplied: squares of couplings overflow where eigenvalues are of the size 1e200.
      for (let q = 0; q < ties; q++) sum += (couplings[q * m + i] / (bound - rest)) * couplings[q * m + j];
      matrix[i * m + j] += sum;
    }
  }
  return symmetricEigen(matrix, m).values.filter((value) => value > bound).length;
}
