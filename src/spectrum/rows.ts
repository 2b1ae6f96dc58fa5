import { sharedProduct } from '../linalg/built-in/shared.js';
import { dot } from '../linalg/vectors.js';

/** Rows from which on a combination is a matrix product: fewer do not pay for packing. */
const MANY = 8;

/** out_i = v_i . x for the first `rows` rows of V `[rows, n]`; four rows at a time, so that x is read once for them. */
export function dotRows(v: Float64Array, rows: number, n: number, x: Float64Array, out: Float64Array): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const [a, b, c, d] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
    let [sa, sb, sc, sd] = [0, 0, 0, 0];
    for (let j = 0; j < n; j++) {
      const t = x[j];
      sa += v[a + j] * t;
      sb += v[b + j] * t;
      sc += v[c + j] * t;
      sd += v[d + j] * t;
    }
    out[i] = sa;
    out[i + 1] = sb;
    out[i + 2] = sc;
    out[i + 3] = sd;
  }
  for (; i < rows; i++) out[i] = dot(v.subarray(i * n, (i + 1) * n), x);
}

/** 2-norm of x, safe against overflow and underflow of the squares. */
export function norm(x: Float64Array): number {
  const plain = Math.sqrt(dot(x, x));
  if (plain > 1e-140 && plain < 1e140) return plain;
  let largest = 0;
  for (let j = 0; j < x.length; j++) largest = Math.max(largest, Math.abs(x[j]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += (x[j] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** x + sum over i of h_i v_i, in place, for the first `rows` rows of V `[rows, n]`. */
export function addRows(v: Float64Array, rows: number, n: number, h: Float64Array, x: Float64Array): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const [a, b, c, d] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
    const [ha, hb, hc, hd] = [h[i], h[i + 1], h[i + 2], h[i + 3]];
    for (let j = 0; j < n; j++) x[j] += ha * v[a + j] + hb * v[b + j] + hc * v[c + j] + hd * v[d + j];
  }
  for (; i < rows; i++) {
    const [at, weight] = [i * n, h[i]];
    for (let j = 0; j < n; j++) x[j] += weight * v[at + j];
  }
}

/** S V `[count, n]` for S `[count, stride]`, of which the first `rows` columns are used, and V `[rows, n]`. */
export function combineRows(
  v: Float64Array,
  rows: number,
  n: number,
  s: Float64Array,
  stride: number,
  count: number,
): Float64Array {
  const out = new Float64Array(count * n);
  if (count >= MANY && rows >= MANY) {
    const weights = { data: s, offset: 0, rowStep: stride, depthStep: 1 };
    const vectors = { data: v, offset: 0, rowStep: 1, depthStep: n };
    sharedProduct().add(1, weights, vectors, count, n, rows, { data: out, offset: 0, rowStep: n });
    return out;
  }
  for (let i = 0; i < count; i++) {
    addRows(v, rows, n, s.subarray(i * stride, i * stride + rows), out.subarray(i * n, (i + 1) * n));
  }
  return out;
}

/**
 * Takes from x its parts along the first `rows` orthonormal rows of V, in place, and returns the norm of what is left.
 *
 * Twice is enough (W. Kahan in B. Parlett, The Symmetric Eigenvalue Problem, 6.9); a third pass only where the second
 * still took away much.
 */
export function orthogonalise(v: Float64Array, rows: number, n: number, x: Float64Array): number {
  const h = new Float64Array(rows);
  let before = norm(x);
  for (let pass = 0; pass < 4; pass++) {
    dotRows(v, rows, n, x, h);
    for (let i = 0; i < rows; i++) h[i] = -h[i];
    addRows(v, rows, n, h, x);
    const after = norm(x);
    if (pass > 0 && after > 0.5 * before) return after;
    before = after;
  }
  return before;
}

/** |w - value x| for w = A x: the residual of an approximate eigenpair. */
export function residualNorm(w: Float64Array, value: number, x: Float64Array): number {
  const r = new Float64Array(x.length);
  for (let j = 0; j < x.length; j++) r[j] = w[j] - value * x[j];
  return norm(r);
}
