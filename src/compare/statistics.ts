import { studentQuantile } from '../spectrum/student.js';
import type { Interval } from './types.js';

/** Probability of the intervals that a comparison gives. */
export const LEVEL = 0.95;

/** Mean of numbers. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Standard deviation of what numbers are drawn from, sqrt(sum (v - mean)^2 / (count - 1)); null for one. */
export function deviationOf(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}

/** Interval of the mean by Student's t with count - 1 degrees of freedom; null for one number. */
export function meanInterval(values: readonly number[]): Interval | null {
  const deviation = deviationOf(values);
  if (deviation === null) return null;
  const mean = meanOf(values);
  const half = (studentQuantile(values.length - 1, LEVEL) * deviation) / Math.sqrt(values.length);
  return [mean - half, mean + half];
}

/** ||a - b|| of two arrays of one length, in the 2-norm, and that of b. */
export function distanceAndNorm(a: Float64Array, b: Float64Array): readonly [distance: number, norm: number] {
  let [distance, norm] = [0, 0];
  for (let k = 0; k < b.length; k++) {
    distance += (a[k] - b[k]) ** 2;
    norm += b[k] ** 2;
  }
  return [Math.sqrt(distance), Math.sqrt(norm)];
}

/** Mean of arrays and the variance of each of their elements, one array after the other (B. P. Welford 1962). */
export class ArrayMoments {
  /** Arrays so far. */
  count = 0;
  /** Mean, `[length]`. */
  readonly mean: Float64Array;
  readonly #squares: Float64Array;

  constructor(length: number) {
    this.mean = new Float64Array(length);
    this.#squares = new Float64Array(length);
  }

  /** Takes one more array `[length]`. */
  add(values: Float64Array): void {
    this.count += 1;
    for (let k = 0; k < values.length; k++) {
      const before = values[k] - this.mean[k];
      this.mean[k] += before / this.count;
      this.#squares[k] += before * (values[k] - this.mean[k]);
    }
  }

  /** Sum of the variances of all elements; null for one array. */
  totalVariance(): number | null {
    return this.count < 2 ? null : this.#squares.reduce((a, b) => a + b, 0) / (this.count - 1);
  }
}
