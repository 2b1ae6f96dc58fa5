import { norm } from '../../data/norm.js';
import { timesVectors } from '../built-in/times.js';
import { RandomSource } from '../random.js';

/** Largest defect that is taken for rounding, as a share of |A|. */
const ROUNDING = 50 * 2 ** -52;

/** Largest entry of |V V' - I| that is taken for rounding. */
const ORTHOGONAL = 1e-12;

/** Random vectors that a factor or a decomposition is tried with. */
const TRIES = 2;

/** Eigenpairs at each end that are looked at one by one; the others together, by random sums of them. */
const ENDS = 8;

/** A X for X `[columns, n]` on the processor. */
export type Times = (x: Float64Array, columns: number) => Float64Array;

/** A matrix as a check sees it. */
export interface Checked {
  readonly a: Float64Array;
  readonly n: number;
  readonly times: Times;
}

const row = (x: Float64Array, i: number, n: number): Float64Array => x.subarray(i * n, (i + 1) * n);

/** Sum of c_j times row j of X `[c.length, n]`. */
function combined(x: Float64Array, c: Float64Array, n: number): Float64Array {
  const sum = new Float64Array(n);
  for (const [j, weight] of c.entries()) for (let i = 0; i < n; i++) sum[i] += weight * x[j * n + i];
  return sum;
}

/** |x - y| */
function distance(x: Float64Array, y: Float64Array): number {
  return norm(
    x.map((value, i) => value - y[i]),
    0,
    x.length,
  );
}

/**
 * Whether X solves A X = B to rounding, `[columns, n]`: of several columns one random sum is looked at, since a product
 * with each would cost what solving does.
 */
export function solves({ n, times }: Checked, frobenius: number, x: Float64Array, b: Float64Array): boolean {
  const columns = x.length / n;
  const signs = new RandomSource(columns, 'solve').normals(columns).map((value) => (value < 0 ? -1 : 1));
  let allowed = 0;
  for (let c = 0; c < columns; c++) allowed += frobenius * norm(x, c * n, n) + norm(b, c * n, n);
  const product = times(combined(x, signs, n), 1);
  return distance(product, combined(b, signs, n)) <= ROUNDING * allowed;
}

/** Whether L (L' x), by `apply` of the device, is A x to rounding for random x. */
export function isFactor({ n, times }: Checked, frobenius: number, apply: Times): boolean {
  const x = new RandomSource(0, 'factor').normals(TRIES * n);
  const [found, expected] = [apply(x, TRIES), times(x, TRIES)];
  return Array.from({ length: TRIES }, (_, c) => c).every(
    (c) => distance(row(found, c, n), row(expected, c, n)) <= ROUNDING * frobenius * norm(x, c * n, n),
  );
}

/** Largest |A v - l v| of the pairs with these numbers. */
function largestResidual(
  { n, times }: Checked,
  values: Float64Array,
  vectors: Float64Array,
  which: readonly number[],
): number {
  const block = new Float64Array(which.length * n);
  for (const [k, j] of which.entries()) block.set(row(vectors, j, n), k * n);
  const products = times(block, which.length);
  return which.reduce((largest, j, k) => {
    const own = row(vectors, j, n).map((x) => values[j] * x);
    return Math.max(largest, distance(row(products, k, n), own));
  }, 0);
}

/** What eigenpairs are held to: |A|, and whether no number is missing. */
function normOf(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/**
 * Whether eigenpairs, rows of `vectors` `[n, n]`, hold to rounding: those at both ends one by one, all of them by
 * random sums of their residuals, and the vectors are orthonormal.
 */
export function arePairs(checked: Checked, values: Float64Array, vectors: Float64Array): boolean {
  const { n, times } = checked;
  const size = normOf(values);
  const all = Array.from({ length: n }, (_, j) => j);
  const ends = all.filter((j) => j < ENDS || j >= n - ENDS);
  if (!(largestResidual(checked, values, vectors, ends) <= ROUNDING * size)) return false;
  const random = new RandomSource(0, 'eigen');
  for (let k = 0; k < TRIES; k++) {
    const weights = random.normals(n);
    const sum = combined(vectors, weights, n);
    const expected = combined(
      vectors,
      weights.map((w, j) => w * values[j]),
      n,
    );
    // The norm of a random sum of residuals is about the Frobenius norm of all of them.
    if (!(distance(times(sum, 1), expected) <= 2 * ROUNDING * Math.sqrt(n) * size)) return false;
    const back = new Float64Array(n);
    timesVectors({ data: vectors, first: 0 }, n, sum, back);
    if (!(distance(back, weights) <= ORTHOGONAL * Math.sqrt(n))) return false;
  }
  return true;
}

/** Whether numbers may be the eigenvalues of A: their sum is its trace, the sum of their squares that of its entries. */
export function areValues({ a, n }: Checked, values: Float64Array): boolean {
  const size = normOf(values);
  if (size === 0) return norm(a, 0, n * n) === 0;
  let [trace, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    trace += a[i * (n + 1)] / size - values[i] / size;
    squares += (values[i] / size) ** 2;
  }
  const entries = (norm(a, 0, n * n) / size) ** 2;
  return Math.abs(trace) <= ROUNDING * n && Math.abs(squares - entries) <= 2 * ROUNDING * n;
}
