import { norm } from '../data/norm.js';
import type { EigenDecomposition } from '../linalg/algebra.js';

/** Targets in the eigenbasis of K: every ridge and every time of gradient flow comes from one decomposition. */
export interface SpectralTargets {
  readonly n: number;
  /** Descending; those that are 0 to rounding are 0. */
  readonly values: Float64Array;
  /** Up to this size an eigenvalue is 0 to rounding. */
  readonly floor: number;
  /** `[n, n]`: row j the eigenvector of value j. */
  readonly vectors: Float64Array;
  /** V' y, `[outputs, n]`. */
  readonly projections: Float64Array;
}

/** V' y for targets y `[outputs, n]` and eigenvectors in rows. */
export function projectionsOf(vectors: Float64Array, n: number, y: Float64Array): Float64Array {
  const projections = new Float64Array(y.length);
  for (let at = 0; at < y.length; at += n) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += vectors[j * n + i] * y[at + i];
      projections[at + j] = sum;
    }
  }
  return projections;
}

/**
 * Projects targets y `[outputs, n]` onto the eigenvectors of K. Eigenvalues of at most `floor` in magnitude are taken
 * for 0: what rounding leaves of them, of either sign, must decide nothing.
 */
export function spectralTargets({ values, vectors }: EigenDecomposition, y: Float64Array, floor = 0): SpectralTargets {
  const n = values.length;
  const v = vectors ?? new Float64Array(0);
  const clean = values.map((value) => (Math.abs(value) <= floor ? 0 : value));
  return { n, values: clean, floor, vectors: v, projections: projectionsOf(v, n, y) };
}

/** How much of the inverse of an eigenvalue a method applies. */
export type Filter = (value: number) => number;

/** Products of rate and time below which 1 - exp(-x) is x to rounding. */
const SMALL = 2 ** -60;

/**
 * (1 - exp(-(l + shift) t)) / (l + shift): gradient flow from 0 on 1/2 sum (f - y)^2 at rate 1 with that ridge, for
 * time t; its limit is the ridge regression.
 *
 * A direction whose l + shift is at most `floor` has the coefficient 0 at any time: it is of the null space, which no
 * test row sees, and what rounding leaves of it would grow with the time.
 */
export const flowFilter =
  (time: number, shift: number, floor = 0): Filter =>
  (value) => {
    const rate = value + shift;
    if (rate <= floor) return 0;
    if (time === Infinity) return 1 / rate;
    const exponent = rate * time;
    return exponent < SMALL ? time : -Math.expm1(-exponent) / rate;
  };

/**
 * 1 - exp(-(l + shift) t): the share of the targets that the flow has learnt along a direction; 0 where
 * {@link flowFilter} is.
 */
export const learntShare =
  (time: number, shift: number, floor = 0): Filter =>
  (value) => {
    const rate = value + shift;
    if (rate <= floor) return 0;
    return time === Infinity ? 1 : -Math.expm1(-rate * time);
  };

/** V g(L) p for coordinates p `[outputs, n]` along the eigenvectors: `[outputs, n]`. */
export function filtered(
  { n, values, vectors }: SpectralTargets,
  projections: Float64Array,
  filter: Filter,
): Float64Array {
  const weights = values.map(filter);
  const result = new Float64Array(projections.length);
  for (let at = 0; at < projections.length; at += n) {
    for (let j = 0; j < n; j++) {
      const share = projections[at + j] * weights[j];
      if (share === 0) continue;
      for (let i = 0; i < n; i++) result[at + i] += share * vectors[j * n + i];
    }
  }
  return result;
}

/**
 * Mean squared error of leaving each row out, without fitting n times: (y_i - f_i) / (1 - H_ii), H = K (K + shift I)^-1
 * = V l/(l + shift) V'.
 *
 * Equivalently a_i / G_ii with G = (K + shift I)^-1 (Rasmussen and Williams 2006, eq. 5.12), which does not cancel for
 * small shifts; both are multiplied by the shift here, which must be above 0.
 */
export function leaveOneOutError(spectral: SpectralTargets, shift: number): number {
  return leaveOneOutRoot(spectral, shift) ** 2;
}

/** Its root, which no size of the targets takes beyond doubles. */
function leaveOneOutRoot(spectral: SpectralTargets, shift: number): number {
  const { n, values, vectors, projections } = spectral;
  const filter: Filter = (value) => shift / (value + shift);
  const inverseDiagonal = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const weight = filter(values[j]);
    for (let i = 0; i < n; i++) inverseDiagonal[i] += weight * vectors[j * n + i] ** 2;
  }
  const errors = filtered(spectral, projections, filter);
  for (let k = 0; k < errors.length; k++) errors[k] /= inverseDiagonal[k % n];
  return norm(errors, 0, errors.length) / Math.sqrt(n);
}

/**
 * The same of leaving out rows 2k and 2k + 1 together, an image and its mirrored copy: the error of a pair is
 * (G_PP)^-1 a_P, G_PP the 2 x 2 block.
 *
 * In the sum and the difference of both rows, whose parts of G do not cancel: where the copy is the image itself, the
 * block is singular to rounding in the basis of the rows.
 */
function leavePairOutRoot(spectral: SpectralTargets, shift: number): number {
  const { n, values, vectors, projections } = spectral;
  const filter: Filter = (value) => shift / (value + shift);
  const [same, other, mixed] = [new Float64Array(n / 2), new Float64Array(n / 2), new Float64Array(n / 2)];
  for (let j = 0; j < n; j++) {
    const weight = filter(values[j]) / 2;
    for (let k = 0; k < n / 2; k++) {
      const [a, b] = [vectors[j * n + 2 * k], vectors[j * n + 2 * k + 1]];
      same[k] += weight * (a + b) ** 2;
      other[k] += weight * (a - b) ** 2;
      mixed[k] += weight * (a + b) * (a - b);
    }
  }
  const errors = filtered(spectral, projections, filter);
  for (let at = 0; at < errors.length; at += 2) {
    const k = (at % n) / 2;
    const [sum, difference] = [errors[at] + errors[at + 1], errors[at] - errors[at + 1]];
    const determinant = same[k] * other[k] - mixed[k] ** 2;
    errors[at] = (other[k] * sum - mixed[k] * difference) / determinant / Math.SQRT2;
    errors[at + 1] = (same[k] * difference - mixed[k] * sum) / determinant / Math.SQRT2;
  }
  return norm(errors, 0, errors.length) / Math.sqrt(n);
}

/**
 * The shift among those given with the least leave-one-out error, its place in the list, and the errors of all; with
 * `pairs` rows 2k and 2k + 1 are left out together.
 */
export function bestShift(
  spectral: SpectralTargets,
  shifts: readonly number[],
  pairs = false,
): { readonly shift: number; readonly place: number; readonly errors: readonly number[] } {
  const roots = shifts.map((shift) => (pairs ? leavePairOutRoot : leaveOneOutRoot)(spectral, shift));
  const place = roots.reduce((least, root, k) => (root < roots[least] ? k : least), 0);
  return { shift: shifts[place], place, errors: roots.map((root) => root ** 2) };
}
