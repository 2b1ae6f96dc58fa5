import type { StoredMatrix } from './inverse.js';
import type { IterationResult } from './iteration.js';
import { residualNorm } from './rows.js';

/** Which end of the spectrum, algebraically. */
export type SpectrumEnd = 'largest' | 'smallest';

/** Eigenpairs from a whole decomposition. */
export interface DenseEigenpairs extends IterationResult {
  /** Largest over smallest magnitude of all eigenvalues; Infinity for a singular matrix. */
  readonly conditionNumber: number;
  /** All eigenvalues `[n]`, descending. */
  readonly all: Float64Array;
}

/**
 * The k eigenpairs at one end from a decomposition of the whole matrix, values descending; residuals from products with
 * it.
 */
export async function denseEigenpairs(
  { entries, size, algebra }: StoredMatrix,
  k: number,
  which: SpectrumEnd,
  tol: number,
): Promise<DenseEigenpairs> {
  const { values: all, vectors: every } = await algebra.eigen(entries, size, true);
  const from = which === 'largest' ? 0 : size - k;
  const vectors = (every ?? new Float64Array(size * size)).slice(from * size, (from + k) * size);
  const values = all.slice(from, from + k);
  const products = algebra.apply(entries, size, vectors, k);
  const row = (x: Float64Array, i: number): Float64Array => x.subarray(i * size, (i + 1) * size);
  const residuals = values.map((value, i) => residualNorm(row(products, i), value, row(vectors, i)));
  const magnitudes = all.map(Math.abs);
  const norm = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  const least = magnitudes.reduce((a, b) => Math.min(a, b), Infinity);
  return {
    all,
    values,
    vectors,
    residuals,
    converged: residuals.every((residual) => residual <= tol * norm),
    products: k,
    trace: [],
    norm,
    lowest: all[size - 1],
    check: { by: 'all', bound: values[which === 'largest' ? k - 1 : 0], missed: 0, risk: 0 },
    conditionNumber: least === 0 ? Infinity : norm / least,
  };
}
