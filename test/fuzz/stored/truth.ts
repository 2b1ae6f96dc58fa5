import { jacobiAlgebra } from '../../spectrum/jacobi-algebra.js';
import type { StoredCase } from './draw.js';

/** What a matrix is, found on another road than the engine's: scaled by a power of two, then by Jacobi rotations. */
export interface Truth {
  readonly isFinite: boolean;
  readonly isSymmetric: boolean;
  /** Of the matrix over `scale`, descending. */
  readonly values: Float64Array;
  /** `[n, n]`, a row each. */
  readonly vectors: Float64Array;
  readonly scale: number;
  /** Largest magnitude of `values`. */
  readonly norm: number;
  /** Mean of the diagonal over `scale`. */
  readonly unit: number;
  /** Whether the entries are singles, whose roundings are far larger. */
  readonly isSingle: boolean;
}

/** What is so of the matrix of a case. */
export async function truthOf({ entries, matrix: { n }, layout }: StoredCase): Promise<Truth> {
  const hasNumbers = entries.every(Number.isFinite);
  const largest = hasNumbers ? entries.reduce((most, v) => Math.max(most, Math.abs(v)), 0) : 0;
  const scale = largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
  const a = hasNumbers ? entries.map((v) => v / scale) : new Float64Array(n * n);
  const whole = Math.hypot(...a);
  const isSymmetric = a.every((v, k) => Math.abs(v - a[(k % n) * n + Math.floor(k / n)]) <= 1e-12 * whole);
  const { values, vectors } = await jacobiAlgebra.eigen(a, n, true);
  const norm = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const unit = values.reduce((sum, v) => sum + v / n, 0);
  const isSingle = layout === 'singles';
  return { isFinite: hasNumbers, isSymmetric, values, vectors: vectors ?? a, scale, norm, unit, isSingle };
}

/**
 * The predictions `[m]` of a regression with a ridge, at a time, from the eigenpairs: what the null space holds reaches
 * no test row.
 */
export function predicted(
  { labels, cross, matrix: { n } }: StoredCase,
  truth: Truth,
  ridge: number,
  time: number,
): Float64Array {
  const { values, vectors, scale, unit, norm } = truth;
  const m = cross.length / n;
  const result = new Float64Array(m);
  values.forEach((value, j) => {
    const rate = value + ridge * unit;
    if (Math.abs(value) <= nothing(truth) * norm || rate <= 0) return;
    const v = vectors.subarray(j * n, (j + 1) * n);
    const share = v.reduce((sum, x, i) => sum + x * labels[i], 0);
    // Of the scaled kernel; rate times time is that of the kernel itself.
    const learnt = time === Infinity ? 1 : -Math.expm1(-rate * scale * time);
    for (let i = 0; i < m; i++) {
      const seen = v.reduce((sum, x, k) => sum + x * (cross[i * n + k] / scale), 0);
      result[i] += (seen * share * learnt) / rate;
    }
  });
  return result;
}

/** Share of the norm up to which an eigenvalue may be rounding, and from which on it is none. */
export function nothing({ isSingle }: Pick<Truth, 'isSingle'>): number {
  return isSingle ? 1e-8 : 1e-14;
}

/** Share of the norm from which on an eigenvalue is surely one. */
export function something({ isSingle }: Pick<Truth, 'isSingle'>): number {
  return isSingle ? 1e-4 : 1e-10;
}
