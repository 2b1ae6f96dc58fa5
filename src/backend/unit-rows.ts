import { allocate, type FloatArray, type NdArray, type Precision } from '../data/array.js';
import type { Extended } from '../programme/extended-exponent.js';
import { extendedNorms, setUnit } from '../programme/norms.js';

/** Norms of the rows of `x` `[n, d]`: `[n]`. */
export function rowNorms({ data, shape: [n, d] }: NdArray): Extended {
  return extendedNorms(data, n, d);
}

/** Rows divided by their norms, in shared memory: `[n, d]`; zero rows stay 0. */
export function unitRows({ data, shape: [n, d] }: NdArray, norms: Extended, precision: Precision): FloatArray {
  const unit = allocate(n * d, precision);
  for (let i = 0; i < n; i++) setUnit(unit, i * d, data, i * d, d, norms, i);
  return unit;
}
