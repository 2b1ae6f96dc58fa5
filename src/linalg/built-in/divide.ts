import { dot } from './dot.js';
import type { BuiltInProduct } from './product.js';
import { implicitQl } from './ql.js';
import { secularRoots } from './secular.js';

/** Blocks up to this size are left to the QL iteration. */
const LEAF = 32;
const ROUNDING = 2 ** -53;

/** A tridiagonal eigenproblem in work. */
interface Work {
  readonly product: BuiltInProduct;
  readonly n: number;
  readonly d: Float64Array;
  readonly e: Float64Array;
  /**
   * Columns [lo, hi) hold the vectors of the block of rows [lo, hi): `[n, n]`; or of each vector the first and the last
   * entry alone, `[2, n]`, from which the values follow.
   */
  readonly q: Float64Array;
  readonly whole: boolean;
}

/** Rows of q for two blocks side by side: `first` up to `middle` belong to the upper one, the others to the lower. */
interface Rows {
  readonly first: number;
  readonly middle: number;
  readonly end: number;
}

const rowsOf = ({ whole }: Work, lo: number, mid: number, hi: number): Rows =>
  whole ? { first: lo, middle: mid, end: hi } : { first: 0, middle: 1, end: 2 };

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

/** Turns columns k and l of q by (c, s). */
function rotate({ q, n }: Work, { first, end }: Rows, k: number, l: number, c: number, s: number): void {
  for (let r = first; r < end; r++) {
    const x = q[r * n + k];
    const y = q[r * n + l];
    q[r * n + k] = c * x + s * y;
    q[r * n + l] = c * y - s * x;
  }
}

/**
 * Finds pairs of diag(d) + rho z z' that need no equation: weights that are nothing, and poles that coincide, of which
 * a rotation leaves one without a weight. (LAPACK's dlaed2.)
 */
function deflate(
  work: Work,
  rows: Rows,
  lo: number,
  hi: number,
  z: Float64Array,
  rho: number,
  parts: Uint8Array,
): Deflated {
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
        rotate(work, rows, previous, j, c, s);
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
 * Gu and Eisenstat, A stable and efficient algorithm for the rank-one modification of the symmetric eigenproblem
 * (1994).
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
    for (let j = 0; j < count; j++) row[j] = weights[j] / gaps[at + j];
    const length = Math.sqrt(dot(row, row, 0));
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
  const { d } = work;
  const rows = rowsOf(work, lo, mid, hi);
  const parts = Uint8Array.from({ length: hi - lo }, (_, k) => (lo + k < mid ? TOP : BOTTOM));
  const { kept, known } = deflate(work, rows, lo, hi, z, rho, parts);
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
  const top = newRows(work, rows.first, rows.middle, columns.slice(0, count - onlyBottom), u, 0, count);
  const bottom = newRows(work, rows.middle, rows.end, columns.slice(onlyTop), u, onlyTop, count);

  const values = Float64Array.of(...roots, ...known.map((j) => d[j]));
  const sorted = ascending(values, 0, values.length);
  const source = sorted.map((t) => (t < count ? t : -1 - known[t - count]));
  store(work, rows, lo, source, count, top, bottom);
  d.set(
    sorted.map((t) => values[t]),
    lo,
  );
}

/**
 * Writes the columns from `lo` on: number source[t] >= 0 of the new rows `[., count]`, or old column -1 - source[t].
 */
function store(
  { q, n }: Work,
  { first, middle, end }: Rows,
  lo: number,
  source: readonly number[],
  count: number,
  top: Float64Array,
  bottom: Float64Array,
): void {
  const row = new Float64Array(source.length);
  for (let r = first; r < end; r++) {
    const fresh = r < middle ? top : bottom;
    const at = (r < middle ? r - first : r - middle) * count;
    for (let t = 0; t < row.length; t++) {
      const from = source[t];
      row[t] = from >= 0 ? fresh[at + from] : q[r * n - 1 - from];
    }
    q.set(row, r * n + lo);
  }
}

/** Eigenpairs of a leaf, ascending. */
function leaf({ d, e, q, n, whole }: Work, lo: number, hi: number): void {
  const size = hi - lo;
  const own = new Float64Array(size * size);
  for (let i = 0; i < size; i++) own[i * (size + 1)] = 1;
  const block = d.slice(lo, hi);
  implicitQl(block, e.slice(lo, hi), 0, size, { data: own, stride: size, first: 0, count: size });
  const sorted = ascending(block, 0, size);
  const rows = whole ? Array.from({ length: size }, (_, r) => r) : [0, size - 1];
  rows.forEach((r, k) => {
    const row = sorted.map((j) => own[r * size + j]);
    q.set(row, (whole ? lo + r : k) * n + lo);
  });
  d.set(
    sorted.map((j) => block[j]),
    lo,
  );
}

function solve(work: Work, lo: number, hi: number): void {
  if (hi - lo <= LEAF) {
    leaf(work, lo, hi);
    return;
  }
  const { d, e, q, n, whole } = work;
  const mid = lo + Math.floor((hi - lo) / 2);
  const coupling = e[mid - 1];
  const rho = Math.abs(coupling);
  d[mid - 1] -= rho;
  d[mid] -= rho;
  solve(work, lo, mid);
  solve(work, mid, hi);
  const z = new Float64Array(hi - lo);
  const sign = coupling < 0 ? -Math.SQRT1_2 : Math.SQRT1_2;
  // Last entries of the upper vectors, first entries of the lower ones.
  const last = (whole ? mid - 1 : 1) * n;
  const first = (whole ? mid : 0) * n;
  for (let j = lo; j < mid; j++) z[j - lo] = Math.SQRT1_2 * q[last + j];
  for (let j = mid; j < hi; j++) z[j - lo] = sign * q[first + j];
  if (!whole) {
    q.fill(0, last + lo, last + mid);
    q.fill(0, first + mid, first + hi);
  }
  merge(work, lo, mid, hi, 2 * rho, z);
}

/**
 * Eigenpairs of a symmetric tridiagonal matrix with entries up to about 1, by divide and conquer.
 *
 * `e` `[n]` couples i and i + 1. Values ascending in place of `d`; column j of the result `[n, n]` is the vector of
 * value j; without `vectors`, values alone, at the cost of n^2. Cuppen, A divide and conquer method for the symmetric
 * tridiagonal eigenproblem (1981), with the weights of Gu and Eisenstat.
 */
export function divideAndConquer(
  product: BuiltInProduct,
  d: Float64Array,
  e: Float64Array,
  vectors: boolean,
): Float64Array {
  const n = d.length;
  const q = new Float64Array(vectors ? n * n : 2 * n);
  solve({ product, n, d, e, q, whole: vectors }, 0, n);
  return q;
}
