import type { OwnProduct } from './own-product.js';
import { implicitQl } from './own-ql.js';
import { secularRoots } from './own-secular.js';

/** Blocks up to this size are left to the QL iteration. */
const LEAF = 32;
const ROUNDING = 2 ** -53;

/** A tridiagonal eigenproblem in work: columns [lo, hi) of `q` hold the vectors of the block of rows [lo, hi). */
interface Work {
  readonly product: OwnProduct;
  readonly n: number;
  readonly d: Float64Array;
  readonly e: Float64Array;
  readonly q: Float64Array;
}

/** Rows in which a column of the two blocks side by side is not zero. */
const TOP = 1;
const BOTTOM = 2;

/** Columns that stay in the secular equation, and those whose eigenpair is known. */
interface Deflated {
  /** Ascending in d. */
  readonly kept: readonly number[];
  readonly known: readonly number[];
}

/** Columns of q, from `lo` on, in ascending order of d. */
function ascending(d: Float64Array, lo: number, hi: number): number[] {
  return Array.from({ length: hi - lo }, (_, k) => lo + k).sort((x, y) => d[x] - d[y]);
}

/** Turns columns k and l of q by (c, s) within rows [lo, hi). */
function rotate({ q, n }: Work, lo: number, hi: number, k: number, l: number, c: number, s: number): void {
  for (let r = lo; r < hi; r++) {
    const x = q[r * n + k];
    const y = q[r * n + l];
    q[r * n + k] = c * x + s * y;
    q[r * n + l] = c * y - s * x;
  }
}

/**
 * Finds pairs of diag(d) + rho z z' that need no equation: weights that are nothing, and poles that coincide, of which a
 * rotation leaves one without a weight. (LAPACK's dlaed2.)
 */
function deflate(work: Work, lo: number, hi: number, z: Float64Array, rho: number, parts: Uint8Array): Deflated {
  const { d } = work;
  let norm = rho;
  for (let i = lo; i < hi; i++) norm = Math.max(norm, Math.abs(d[i]));
  const tolerance = 8 * ROUNDING * norm;
  const kept: number[] = [];
  const known: number[] = [];
  let previous = -1;
  for (const j of ascending(d, lo, hi)) {
    if (rho * Math.abs(z[j - lo]) <= tolerance) {
      known.push(j);
      continue;
    }
    if (previous >= 0) {
      const length = Math.hypot(z[j - lo], z[previous - lo]);
      const c = z[j - lo] / length;
      const s = -z[previous - lo] / length;
      if (Math.abs((d[j] - d[previous]) * c * s) <= tolerance) {
        z[j - lo] = length;
        z[previous - lo] = 0;
        rotate(work, lo, hi, previous, j, c, s);
        const first = d[previous];
        d[previous] = first * c * c + d[j] * s * s;
        d[j] = first * s * s + d[j] * c * c;
        const both = parts[previous - lo] | parts[j - lo];
        parts[previous - lo] = both;
        parts[j - lo] = both;
        known.push(previous);
      } else kept.push(previous);
    }
    previous = j;
  }
  if (previous >= 0) kept.push(previous);
  return { kept, known };
}

/**
 * Weights for which the computed roots are exact, so that the vectors are orthogonal however close the roots are.
 *
 * Gu and Eisenstat, A stable and efficient algorithm for the rank-one modification of the symmetric eigenproblem (1994).
 */
function exactWeights(d: Float64Array, z: Float64Array, gaps: Float64Array): Float64Array {
  const count = d.length;
  const w = new Float64Array(count).fill(1);
  for (let i = 0; i < count; i++) {
    const row = gaps.subarray(i * count, (i + 1) * count);
    for (let j = 0; j < i; j++) w[j] *= row[j] / (d[j] - d[i]);
    w[i] *= -row[i];
    for (let j = i + 1; j < count; j++) w[j] *= row[j] / (d[j] - d[i]);
  }
  for (let j = 0; j < count; j++) w[j] = Math.sign(z[j]) * Math.sqrt(Math.abs(w[j]));
  return w;
}

/** Turns rows of gaps into unit vectors of coefficients, with the columns in the order `order`. */
function coefficients(gaps: Float64Array, weights: Float64Array, order: readonly number[]): void {
  const count = weights.length;
  const row = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * count;
    let sum = 0;
    for (let j = 0; j < count; j++) {
      row[j] = weights[j] / gaps[at + j];
      sum += row[j] * row[j];
    }
    const length = Math.sqrt(sum);
    for (let j = 0; j < count; j++) gaps[at + j] = row[order[j]] / length;
  }
}

/** Rows [from, to) of the kept columns times their coefficients: `[to - from, kept]`. */
function newRows(
  { product, q, n }: Work,
  from: number,
  to: number,
  columns: readonly number[],
  u: Float64Array,
  first: number,
  count: number,
): Float64Array {
  const rows = to - from;
  const depth = columns.length;
  const old = new Float64Array(rows * depth);
  for (let r = 0; r < rows; r++) for (let k = 0; k < depth; k++) old[r * depth + k] = q[(from + r) * n + columns[k]];
  const result = new Float64Array(rows * count);
  const a = { data: old, offset: 0, rowStep: depth, depthStep: 1 };
  const b = { data: u, offset: first, rowStep: count, depthStep: 1 };
  product.add(1, a, b, rows, count, depth, { data: result, offset: 0, rowStep: count });
  return result;
}

/** Joins two solved halves: eigenpairs of diag(d) + rho z z' in columns [lo, hi), ascending. */
function merge(work: Work, lo: number, mid: number, hi: number, rho: number, z: Float64Array): void {
  const { d, q, n } = work;
  const parts = Uint8Array.from({ length: hi - lo }, (_, k) => (lo + k < mid ? TOP : BOTTOM));
  const { kept, known } = deflate(work, lo, hi, z, rho, parts);
  const count = kept.length;
  const poles = Float64Array.from(kept, (j) => d[j]);
  const heights = Float64Array.from(kept, (j) => z[j - lo]);
  const u = new Float64Array(count * count);
  const roots = secularRoots({ d: poles, weights: heights.map((x) => x * x), inverseRho: 1 / rho, count }, u);
  const weights = exactWeights(poles, heights, u);
  // Columns that are zero in the lower rows first, then full ones, then those that are zero in the upper rows.
  const rank = (k: number): number => [0, 0, 2, 1][parts[kept[k] - lo]];
  const order = kept.map((_, k) => k).sort((x, y) => rank(x) - rank(y));
  coefficients(u, weights, order);
  const columns = order.map((k) => kept[k]);
  const onlyTop = order.filter((k) => rank(k) === 0).length;
  const onlyBottom = order.filter((k) => rank(k) === 2).length;
  const top = newRows(work, lo, mid, columns.slice(0, count - onlyBottom), u, 0, count);
  const bottom = newRows(work, mid, hi, columns.slice(onlyTop), u, onlyTop, count);

  const values = Float64Array.of(...roots, ...known.map((j) => d[j]));
  const sorted = ascending(values, 0, values.length);
  const row = new Float64Array(hi - lo);
  for (let r = lo; r < hi; r++) {
    const fresh = r < mid ? top : bottom;
    const at = (r < mid ? r - lo : r - mid) * count;
    for (let t = 0; t < row.length; t++) {
      const source = sorted[t];
      row[t] = source < count ? fresh[at + source] : q[r * n + known[source - count]];
    }
    q.set(row, r * n + lo);
  }
  for (let t = 0; t < row.length; t++) d[lo + t] = values[sorted[t]];
}

/** Eigenpairs of a leaf, ascending. */
function leaf({ d, e, q, n }: Work, lo: number, hi: number): void {
  for (let i = lo; i < hi; i++) q[i * n + i] = 1;
  implicitQl(d, e, lo, hi, { data: q, stride: n, first: lo, count: hi - lo });
  const sorted = ascending(d, lo, hi);
  const values = sorted.map((j) => d[j]);
  for (let r = lo; r < hi; r++) {
    const row = sorted.map((j) => q[r * n + j]);
    q.set(row, r * n + lo);
  }
  d.set(values, lo);
}

function solve(work: Work, lo: number, hi: number): void {
  if (hi - lo <= LEAF) {
    leaf(work, lo, hi);
    return;
  }
  const { d, e, q, n } = work;
  const mid = lo + Math.floor((hi - lo) / 2);
  const coupling = e[mid - 1];
  const rho = Math.abs(coupling);
  d[mid - 1] -= rho;
  d[mid] -= rho;
  e[mid - 1] = 0;
  solve(work, lo, mid);
  solve(work, mid, hi);
  const z = new Float64Array(hi - lo);
  const sign = coupling < 0 ? -Math.SQRT1_2 : Math.SQRT1_2;
  for (let j = lo; j < mid; j++) z[j - lo] = Math.SQRT1_2 * q[(mid - 1) * n + j];
  for (let j = mid; j < hi; j++) z[j - lo] = sign * q[mid * n + j];
  merge(work, lo, mid, hi, 2 * rho, z);
}

/**
 * Eigenpairs of a symmetric tridiagonal matrix with entries up to about 1, by divide and conquer.
 *
 * Values ascending in place of `d`; column j of the result `[n, n]` is the vector of value j; `e` is lost. Cuppen, A divide and conquer
 * method for the symmetric tridiagonal eigenproblem (1981), with the weights of Gu and Eisenstat.
 */
export function divideAndConquer(product: OwnProduct, d: Float64Array, e: Float64Array): Float64Array {
  const n = d.length;
  const q = new Float64Array(n * n);
  solve({ product, n, d, e, q }, 0, n);
  return q;
}
