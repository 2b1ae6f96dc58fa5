import type { EigenDecomposition } from '../linalg/algebra.js';

/** Targets in the eigenbasis of K: every ridge and every time of gradient flow comes from one decomposition. */
export interface SpectralTargets {
  readonly n: number;
  /** Descending. */
  readonly values: Float64Array;
  /** `[n, n]`: row j the eigenvector of value j. */
  readonly vectors: Float64Array;
  /** V' y, `[outputs, n]`. */
  readonly projections: Float64Array;
  readonly targets: Float64Array;
}

/** Projects targets y `[outputs, n]` onto the eigenvectors of K. */
export function spectralTargets({ values, vectors }: EigenDecomposition, y: Float64Array): SpectralTargets {
  const n = values.length;
  const v = vectors ?? new Float64Array(0);
  const projections = new Float64Array(y.length);
  for (let at = 0; at < y.length; at += n) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += v[j * n + i] * y[at + i];
      projections[at + j] = sum;
    }
  }
  return { n, values, vectors: v, projections, targets: y };
}

/** How much of the inverse of an eigenvalue a method applies. */
export type Filter = (value: number) => number;

/** 1 / (l + shift): ridge regression. */
export const ridgeFilter =
  (shift: number): Filter =>
  (value) =>
    1 / (Math.max(0, value) + shift);

/**
 * (1 - exp(-(l + shift) t)) / (l + shift): gradient flow from 0 on the squared loss with that ridge, for time t; its limit is the ridge
 * regression. A direction without eigenvalue and ridge is never learnt in the limit.
 */
export const flowFilter =
  (time: number, shift: number): Filter =>
  (value) => {
    const rate = Math.max(0, value) + shift;
    if (rate === 0) return time === Infinity ? 0 : time;
    return time === Infinity ? 1 / rate : -Math.expm1(-rate * time) / rate;
  };

/** Coefficients V g(L) V' y of a filter: `[outputs, n]`. */
export function filteredCoefficients(
  { n, values, vectors, projections }: SpectralTargets,
  filter: Filter,
): Float64Array {
  const weights = values.map(filter);
  const result = new Float64Array(projections.length);
  for (let at = 0; at < projections.length; at += n) {
    for (let j = 0; j < n; j++) {
      const share = projections[at + j] * weights[j];
      for (let i = 0; i < n; i++) result[at + i] += share * vectors[j * n + i];
    }
  }
  return result;
}

/**
 * Mean squared error of leaving each row out, without fitting n times: (y_i - f_i) / (1 - H_ii), H = K (K + shift I)^-1 = V l/(l + shift) V'.
 *
 * Equivalently a_i / G_ii with G = (K + shift I)^-1 (Rasmussen and Williams 2006, eq. 5.12), which does not cancel for small shifts.
 */
export function leaveOneOutError(spectral: SpectralTargets, shift: number): number {
  const { n, values, vectors, projections } = spectral;
  const filter = ridgeFilter(shift);
  const inverseDiagonal = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const weight = filter(values[j]);
    for (let i = 0; i < n; i++) inverseDiagonal[i] += weight * vectors[j * n + i] ** 2;
  }
  const coefficients = filteredCoefficients(spectral, filter);
  let sum = 0;
  for (let at = 0; at < projections.length; at += n) {
    for (let i = 0; i < n; i++) sum += (coefficients[at + i] / inverseDiagonal[i]) ** 2;
  }
  return sum / n;
}

/** The shift among those given with the least leave-one-out error, with the errors of all. */
export function bestShift(
  spectral: SpectralTargets,
  shifts: readonly number[],
): { readonly shift: number; readonly errors: readonly number[] } {
  const errors = shifts.map((shift) => leaveOneOutError(spectral, shift));
  const best = errors.reduce((least, error, k) => (error < errors[least] ? k : least), 0);
  return { shift: shifts[best], errors };
}
