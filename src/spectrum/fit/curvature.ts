import { singularValues } from '../../linalg/singular-values.js';
import { type FitModel, type FitParameters, raised, shapeOf } from './models.js';
import type { Samples } from './samples.js';

/** What the least squares sum is like at its minimum. */
export interface Curvature {
  /** Names of the parameters, in the order of the matrix. */
  readonly names: readonly (keyof FitParameters)[];
  /** Half the gradient `[p]`. */
  readonly gradient: Float64Array;
  /** Half the Hessian `[p, p]`. */
  readonly hessian: Float64Array;
}

/** Derivatives of z in exp(-z) by the parameters of the shape: first ones, then second ones row by row. */
function exponentSlopes(to: FitModel, names: readonly (keyof FitParameters)[], parameters: FitParameters) {
  const { rate, exponent } = shapeOf(to, parameters);
  const { s = 1, c = 1 } = parameters;
  return (r: number): { z: number; first: number[]; second: number[][] } => {
    const z = rate * raised(r, exponent);
    if (to === 'gaussian') return { z, first: [(-2 * z) / s], second: [[(6 * z) / (s * s)]] };
    if (!names.includes('g')) return { z, first: [z / c], second: [[0]] };
    const log = r > 0 ? Math.log(r) : 0;
    const mixed = (z * log) / c;
    return {
      z,
      first: [z / c, z * log],
      second: [
        [0, mixed],
        [mixed, z * log * log],
      ],
    };
  };
}

/** Gradient and Hessian of the sum by all parameters that are free; an exponent on its bound is not. */
export function curvature(samples: Samples, to: FitModel, parameters: FitParameters, onBound: boolean): Curvature {
  const all = ['s', 'c', 'g', 'offset', 'amplitude'] as const;
  const names = all.filter((name) => parameters[name] !== undefined && !(onBound && name === 'g'));
  const own = names.filter((name) => name !== 'offset' && name !== 'amplitude').length;
  const { offset, amplitude } = shapeOf(to, parameters);
  const slopes = exponentSlopes(to, names, parameters);
  const size = names.length;
  const [gradient, hessian] = [new Float64Array(size), new Float64Array(size * size)];
  const first = new Float64Array(size);
  const { r, k, w } = samples;
  for (let i = 0; i < r.length; i++) {
    const weight = w === null ? 1 : w[i];
    const at = slopes(r[i]);
    const e = Math.exp(-at.z);
    const rest = offset + amplitude * e - k[i];
    for (let p = 0; p < own; p++) first[p] = -amplitude * e * at.first[p];
    if (size > own) [first[own], first[own + 1]] = [1, e];
    for (let p = 0; p < size; p++) {
      gradient[p] += weight * rest * first[p];
      for (let q = 0; q < size; q++) hessian[p * size + q] += weight * (first[p] * first[q] + rest * secondAt(p, q));
    }
    function secondAt(p: number, q: number): number {
      if (p < own && q < own) return amplitude * e * (at.first[p] * at.first[q] - at.second[p][q]);
      const other = Math.min(p, q) < own && Math.max(p, q) === own + 1 ? Math.min(p, q) : -1;
      return other < 0 ? 0 : -e * at.first[other];
    }
  }
  return { names, gradient, hessian };
}

/** Condition number of the Hessian: large where the data hardly tell some parameters apart. */
export function hessianCondition({ hessian, names }: Curvature): number {
  const values = singularValues(Float64Array.from(hessian), names.length, names.length);
  return values[0] / values[values.length - 1];
}

/** H^-1 g by Gaussian elimination with pivots; `[p]`. */
export function newtonStep({ hessian, names }: Curvature, gradient: Float64Array): Float64Array {
  const n = names.length;
  const a = Array.from({ length: n }, (_, i) => [...hessian.subarray(i * n, (i + 1) * n), gradient[i]]);
  for (let j = 0; j < n; j++) {
    const pivot = a.slice(j).reduce((best, row, i) => (Math.abs(row[j]) > Math.abs(a[best][j]) ? i + j : best), j);
    [a[j], a[pivot]] = [a[pivot], a[j]];
    for (let i = j + 1; i < n; i++) {
      const factor = a[i][j] / a[j][j];
      for (let c = j; c <= n; c++) a[i][c] -= factor * a[j][c];
    }
  }
  const x = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = a[i][n];
    for (let c = i + 1; c < n; c++) sum -= a[i][c] * x[c];
    x[i] = sum / a[i][i];
  }
  return x;
}
