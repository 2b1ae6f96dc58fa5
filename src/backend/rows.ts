import { allocate, type FloatArray, type NdArray, type Precision } from '../data/array.js';

/** |row| without overflow or underflow. Scaling the row by a power of 2 scales the norm by exactly that. */
function norm(data: FloatArray, from: number, count: number): number {
  let largest = 0;
  for (let k = from; k < from + count; k++) largest = Math.max(largest, Math.abs(data[k]));
  if (largest === 0) return 0;
  const scale = 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))));
  let sum = 0;
  for (let k = from; k < from + count; k++) sum += (data[k] * scale) ** 2;
  return Math.sqrt(sum) / scale;
}

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
