import type { FloatArray, NdArray } from './array.js';
import { valuesOf } from './image.js';
import { balance } from './norm.js';

/** Mean and deviation of each feature of an example, both `[d]`. */
export interface FeatureStatistics {
  /** Mean of each feature. */
  readonly mean: Float64Array;
  /** Root of the mean squared distance from the mean (divided by n); exactly 0 for a constant feature. */
  readonly deviation: Float64Array;
}

/**
 * Mean and deviation of each feature over the rows of `x` `[n, ...]`.
 *
 * Sums run over differences from the first row, times a power of two: a constant feature gives exactly 0,
 * a large offset costs no digits and values of 1e200 do not overflow.
 */
export function featureStatistics({ data, shape }: NdArray): FeatureStatistics {
  const features = valuesOf(shape.slice(1));
  const rows = shape[0];
  const first = Float64Array.from(data.subarray(0, features));
  const factor = largestDistances(data, first).map(balance);
  const shift = scaledMeans(data, first, factor);
  const squares = squaredDistances(data, first, factor, shift);
  return {
    mean: first.map((value, f) => value + shift[f] / factor[f]),
    deviation: squares.map((sum, f) => Math.sqrt(sum / rows) / factor[f]),
  };
}

/** For each feature the largest distance from its value in the first row. */
function largestDistances(data: FloatArray, first: Float64Array): Float64Array {
  const largest = new Float64Array(first.length);
  for (let row = 0; row < data.length; row += first.length) {
    for (let f = 0; f < first.length; f++) {
      const distance = Math.abs(data[row + f] - first[f]);
      if (distance > largest[f]) largest[f] = distance;
    }
  }
  return largest;
}

/** Means of the differences from the first row, times the factors. */
function scaledMeans(data: FloatArray, first: Float64Array, factor: Float64Array): Float64Array {
  const sums = new Float64Array(first.length);
  for (let row = 0; row < data.length; row += first.length) {
    for (let f = 0; f < first.length; f++) sums[f] += (data[row + f] - first[f]) * factor[f];
  }
  const rows = data.length / first.length;
  return sums.map((sum) => sum / rows);
}

/** Sums of squared differences from the means, in the same scale. */
function squaredDistances(
  data: FloatArray,
  first: Float64Array,
  factor: Float64Array,
  shift: Float64Array,
): Float64Array {
  const sums = new Float64Array(first.length);
  for (let row = 0; row < data.length; row += first.length) {
    for (let f = 0; f < first.length; f++) {
      const distance = (data[row + f] - first[f]) * factor[f] - shift[f];
      sums[f] += distance * distance;
    }
  }
  return sums;
}
