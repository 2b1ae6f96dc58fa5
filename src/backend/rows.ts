import { allocate, type FloatArray, type NdArray, type Precision } from '../data/array.js';
import { norm } from '../data/norm.js';

/** Norms of the rows of `x` `[n, d]`: `[n]`. */
export function rowNorms(x: NdArray): Float64Array {
  const [n, d] = x.shape;
  return Float64Array.from({ length: n }, (_, i) => norm(x.data, i * d, d));
}

/** Rows divided by their norms, in shared memory: `[n, d]`; zero rows stay 0. */
export function unitRows(x: NdArray, norms: Float64Array, precision: Precision): FloatArray {
  const [n, d] = x.shape;
  const unit = allocate(n * d, precision);
  for (let i = 0; i < n; i++) {
    if (norms[i] === 0) continue;
    for (let k = i * d; k < (i + 1) * d; k++) unit[k] = x.data[k] / norms[i];
  }
  return unit;
}
