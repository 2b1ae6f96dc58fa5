import { dot } from './dot.js';
import type { BuiltInProduct } from './product.js';

/** Columns of the matrix that are reduced before the rest of it is brought up to date by one product. */
const BLOCK = 48;

/** A = H T H' with T tridiagonal and H a product of reflections. */
export interface Tridiagonal {
  readonly size: number;
  /** `[n]` */
  readonly diagonal: Float64Array;
  /** `[n]`: entry i couples i and i + 1; the last is 0. */
  readonly offDiagonal: Float64Array;
  /** `[n, n]`: row i, from column i + 1 on, is the vector v of reflection i, I - scale v v'. */
  readonly reflectors: Float64Array;
  /** `[n]` */
  readonly scales: Float64Array;
}

/** y[from..n) = A x of the symmetric matrix that stands in the lower triangle of rows and columns [from, n). */
function symmetricTimes(a: Float64Array, n: number, from: number, x: Float64Array, y: Float64Array): void {
  y.fill(0, from, n);
  let i = from;
  for (; i + 4 <= n; i += 4) {
    const r0 = i * n;
    const r1 = r0 + n;
    const r2 = r1 + n;
    const r3 = r2 + n;
    const x0 = x[i];
    const x1 = x[i + 1];
    const x2 = x[i + 2];
    const x3 = x[i + 3];
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = from; j < i; j++) {
      const a0 = a[r0 + j];
      const a1 = a[r1 + j];
      const a2 = a[r2 + j];
      const a3 = a[r3 + j];
      const xj = x[j];
      s0 += a0 * xj;
      s1 += a1 * xj;
      s2 += a2 * xj;
      s3 += a3 * xj;
      y[j] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3;
    }
    y[i] += s0 + a[r0 + i] * x0 + a[r1 + i] * x1 + a[r2 + i] * x2 + a[r3 + i] * x3;
    y[i + 1] += s1 + a[r1 + i] * x0 + a[r1 + i + 1] * x1 + a[r2 + i + 1] * x2 + a[r3 + i + 1] * x3;
    y[i + 2] += s2 + a[r2 + i] * x0 + a[r2 + i + 1] * x1 + a[r2 + i + 2] * x2 + a[r3 + i + 2] * x3;
    y[i + 3] += s3 + a[r3 + i] * x0 + a[r3 + i + 1] * x1 + a[r3 + i + 2] * x2 + a[r3 + i + 3] * x3;
  }
  for (; i < n; i++) {
    let sum = 0;
    for (let j = from; j < i; j++) {
      sum += a[i * n + j] * x[j];
      y[j] += a[i * n + j] * x[i];
    }
    y[i] += sum + a[i * n + i] * x[i];
  }
}

function addScaled(y: Float64Array, factor: number, x: Float64Array, from: number): void {
  if (factor === 0) return;
  for (let i = from; i < y.length; i++) y[i] += factor * x[i];
}

/**
 * Makes x[from..n) the vector v of the reflection that turns x into (length, 0, ..., 0), v[from] = 1.
 *
 * Returns its scale and the length; scale 0 where x is already of that form.
 */
function reflect(x: Float64Array, from: number): { readonly scale: number; readonly length: number } {
  const alpha = x[from];
  const rest = dot(x, x, from + 1);
  x[from] = 1;
  if (rest === 0) return { scale: 0, length: alpha };
  const length = alpha > 0 ? -Math.sqrt(alpha * alpha + rest) : Math.sqrt(alpha * alpha + rest);
  const divisor = alpha - length;
  for (let i = from + 1; i < x.length; i++) x[i] /= divisor;
  return { scale: -divisor / length, length };
}

/** State of a reduction: the matrix, and the vectors of the block of columns in work. */
interface Reduction {
  readonly a: Float64Array;
  readonly n: number;
  /** Vectors v and w of the block, `[BLOCK, n]` each: the matrix so far is A - sum v w' + w v'. */
  readonly v: readonly Float64Array[];
  readonly w: readonly Float64Array[];
  readonly diagonal: Float64Array;
  readonly offDiagonal: Float64Array;
  readonly scales: Float64Array;
}

/** Reduces column `i`, the k-th of its block. */
function reduceColumn({ a, n, v, w, diagonal, offDiagonal, scales }: Reduction, i: number, k: number): void {
  const x = v[k];
  for (let r = i; r < n; r++) x[r] = a[r * n + i];
  for (let b = 0; b < k; b++) {
    addScaled(x, -w[b][i], v[b], i);
    addScaled(x, -v[b][i], w[b], i);
  }
  diagonal[i] = x[i];
  if (i === n - 1) return;
  const { scale, length } = reflect(x, i + 1);
  offDiagonal[i] = length;
  scales[i] = scale;
  const y = w[k];
  if (scale === 0) y.fill(0);
  else {
    symmetricTimes(a, n, i + 1, x, y);
    for (let b = 0; b < k; b++) {
      const alongW = dot(w[b], x, i + 1);
      const alongV = dot(v[b], x, i + 1);
      addScaled(y, -alongW, v[b], i + 1);
      addScaled(y, -alongV, w[b], i + 1);
    }
    for (let r = i + 1; r < n; r++) y[r] *= scale;
    addScaled(y, (-scale / 2) * dot(y, x, i + 1), x, i + 1);
  }
  // The upper triangle is free: the reduction reads the lower one alone.
  for (let r = i + 1; r < n; r++) a[i * n + r] = x[r];
}

/**
 * Householder reduction to tridiagonal form in blocks, in place: `a` `[n, n]` becomes the reflectors.
 *
 * Dongarra, Sorensen and Hammarling, Block reduction of matrices to condensed forms (1989).
 */
export function tridiagonalise(product: BuiltInProduct, a: Float64Array, n: number): Tridiagonal {
  const store = Array.from({ length: 2 * BLOCK }, () => new Float64Array(n));
  const state: Reduction = {
    a,
    n,
    v: store.slice(0, BLOCK),
    w: store.slice(BLOCK),
    diagonal: new Float64Array(n),
    offDiagonal: new Float64Array(n),
    scales: new Float64Array(n),
  };
  const both = new Float64Array(2 * BLOCK * n);
  const swapped = new Float64Array(2 * BLOCK * n);
  for (let i = 0; i < n; i += BLOCK) {
    const end = Math.min(n, i + BLOCK);
    for (let c = i; c < end; c++) reduceColumn(state, c, c - i);
    if (end === n) break;
    const width = end - i;
    for (let k = 0; k < width; k++) {
      both.set(state.v[k], k * n);
      both.set(state.w[k], (width + k) * n);
      swapped.set(state.w[k], k * n);
      swapped.set(state.v[k], (width + k) * n);
    }
    const left = { data: both, offset: end, rowStep: 1, depthStep: n };
    const right = { data: swapped, offset: end, rowStep: 1, depthStep: n };
    const target = { data: a, offset: end * n + end, rowStep: n, lower: true };
    product.add(-1, left, right, n - end, n - end, 2 * width, target);
  }
  return {
    size: n,
    diagonal: state.diagonal,
    offDiagonal: state.offDiagonal,
    reflectors: a,
    scales: state.scales,
  };
}

/** Rows of `y` with the reflectors [first, end) written out: zeros before, 1 at the head. */
function writtenOut({ size: n, reflectors, scales }: Tridiagonal, first: number, end: number): Float64Array {
  const y = new Float64Array((end - first) * n);
  for (let i = first; i < end; i++) {
    if (scales[i] !== 0) y.set(reflectors.subarray(i * n + i + 1, (i + 1) * n), (i - first) * n + i + 1);
  }
  return y;
}

/** Upper triangular factor T `[m, m]` with H_first ... H_end = I - Y' T Y (rows of Y: Schreiber and Van Loan, 1989). */
function blockFactor(y: Float64Array, n: number, scales: Float64Array): Float64Array {
  const m = scales.length;
  const t = new Float64Array(m * m);
  const along = new Float64Array(m);
  for (let j = 0; j < m; j++) {
    const row = y.subarray(j * n, (j + 1) * n);
    for (let k = 0; k < j; k++) along[k] = dot(y.subarray(k * n, (k + 1) * n), row, 0);
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let k = i; k < j; k++) sum += t[i * m + k] * along[k];
      t[i * m + j] = -scales[j] * sum;
    }
    t[j * m + j] = scales[j];
  }
  return t;
}

/** Turns eigenvectors of T, the rows of `vectors` `[n, n]`, into those of A, in place. */
export function applyReflections(product: BuiltInProduct, reduced: Tridiagonal, vectors: Float64Array): void {
  const { size: n, scales } = reduced;
  for (let first = BLOCK * Math.floor((n - 1) / BLOCK); first >= 0; first -= BLOCK) {
    const end = Math.min(n, first + BLOCK);
    const m = end - first;
    const y = writtenOut(reduced, first, end);
    const t = blockFactor(y, n, scales.subarray(first, end));
    const rest = n - first;
    const along = new Float64Array(n * m);
    const scaled = new Float64Array(n * m);
    const v = { data: vectors, offset: first, rowStep: n, depthStep: 1 };
    const rows = { data: y, offset: first, rowStep: n, depthStep: 1 };
    product.add(1, v, rows, n, m, rest, { data: along, offset: 0, rowStep: m });
    const a = { data: along, offset: 0, rowStep: m, depthStep: 1 };
    product.add(1, a, { data: t, offset: 0, rowStep: m, depthStep: 1 }, n, m, m, {
      data: scaled,
      offset: 0,
      rowStep: m,
    });
    const s = { data: scaled, offset: 0, rowStep: m, depthStep: 1 };
    const columns = { data: y, offset: first, rowStep: 1, depthStep: n };
    product.add(-1, s, columns, n, rest, m, { data: vectors, offset: first, rowStep: n });
  }
}
