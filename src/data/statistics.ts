import type { FloatArray, NdArray } from './array.js';
import { valuesOf } from './image.js';
import { balance } from './norm.js';

/** Mean and deviation of each feature of an example, both `[d]`. */
export interface FeatureStatistics {
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
  const factor = factors(data, features);
  const shift = new Float64Array(features);
  forEach(data, features, (value, f) => {
    shift[f] += (value - data[f]) * factor[f];
  });
  for (let f = 0; f < features; f++) shift[f] /= rows;
  const deviation = new Float64Array(features);
  forEach(data, features, (value, f) => {
    deviation[f] += ((value - data[f]) * factor[f] - shift[f]) ** 2;
  });
  const mean = new Float64Array(features);
  for (let f = 0; f < features; f++) {
    mean[f] = data[f] + shift[f] / factor[f];
    deviation[f] = Math.sqrt(deviation[f] / rows) / factor[f];
  }
  return { mean, deviation };
}

/** For each feature a power of two that brings its largest difference from the first row close to 1. */
function factors(data: FloatArray, features: number): Float64Array {
  const largest = new Float64Array(features);
  forEach(data, features, (value, f) => {
    const distance = Math.abs(value - data[f]);
    if (distance > largest[f]) largest[f] = distance;
  });
  return largest.map(balance);
}

function forEach(data: FloatArray, features: number, visit: (value: number, feature: number) => void): void {
  for (let i = 0, feature = 0; i < data.length; i++) {
    visit(data[i], feature);
    if (++feature === features) feature = 0;
  }
}
