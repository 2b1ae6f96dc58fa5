import { allocate, type FloatArray, type NdArray, type Precision } from '../data/array.js';
import { setUnit, wideNorms } from '../programme/norms.js';
import type { Wide } from '../programme/wide.js';

/** Norms of the rows of `x` `[n, d]`: `[n]`. */
export function rowNorms({ data, shape: [n, d] }: NdArray): Wide {
  return wideNorms(data, n, d);
}

/** Rows divided by their norms, in shared memory: `[n, d]`; zero rows stay 0. */
export function unitRows({ data, shape: [n, d] }: NdArray, norms: Wide, precision: Precision): FloatArray {
  const unit = allocate(n * d, precision);
  for (let i = 0; i < n; i++) setUnit(unit, i * d, data, i * d, d, norms, i);
  return unit;
}
