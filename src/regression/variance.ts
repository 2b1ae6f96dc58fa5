import type { CholeskyFactor } from '../linalg/algebra.js';

/** Rows that are solved for at once: a block of right sides. */
const BLOCK = 256;

/**
 * Posterior variance of a Gaussian process at the test rows, K(z,z) - k(z)' (K + shift I)^-1 k(z): `[m]`, never below
 * 0.
 *
 * With the NNGP kernel it is that of an infinitely wide Bayesian network (Lee et al. 2018, eq. 9). `diagonal` holds
 * K(z,z) `[m]`, `cross` the kernel of test against training rows `[m, n]`.
 */
export function posteriorVariance(diagonal: Float64Array, cross: Float64Array, factor: CholeskyFactor): Float64Array {
  const n = factor.size;
  const result = Float64Array.from(diagonal);
  for (let from = 0; from < diagonal.length; from += BLOCK) {
    const count = Math.min(BLOCK, diagonal.length - from);
    const block = cross.subarray(from * n, (from + count) * n);
    const solved = factor.solve(block, count);
    for (let i = 0; i < count; i++) {
      let explained = 0;
      for (let k = i * n; k < (i + 1) * n; k++) explained += block[k] * solved[k];
      result[from + i] = Math.max(0, result[from + i] - explained);
    }
  }
  return result;
}
