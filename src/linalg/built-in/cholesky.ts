import type { FactorInPlace } from '../algebra.js';
import { diagonalOf, mirrorUpper, orRestored } from '../in-place.js';
import { checkPivots } from '../pivots.js';
import type { BuiltInProduct } from './product.js';

/** Columns that are factored element by element. */
const BASE = 24;
/** Right sides from which on a solve goes through the matrix product. */
const MANY = 6;
/** Rows of the factor that are solved element by element between two products. */
const BLOCK = 48;

/** Cholesky of the block on the diagonal in columns [j, end), in place. */
function diagonalBlock(l: Float64Array, n: number, j: number, end: number): void {
  for (let i = j; i < end; i++) {
    for (let c = j; c <= i; c++) {
      let sum = l[i * n + c];
      for (let k = j; k < c; k++) sum -= l[i * n + k] * l[c * n + k];
      l[i * n + c] = c < i ? sum / l[c * n + c] : sum > 0 ? Math.sqrt(sum) : Number.NaN;
    }
  }
}

/** Rows below a factored block: X with X L' = A in place, four rows at a time so that four sums run at once. */
function rowsBelow(l: Float64Array, n: number, j: number, end: number): void {
  let i = end;
  for (; i + 4 <= n; i += 4) {
    const r0 = i * n;
    const r1 = r0 + n;
    const r2 = r1 + n;
    const r3 = r2 + n;
    for (let c = j; c < end; c++) {
      const row = c * n;
      let s0 = l[r0 + c];
      let s1 = l[r1 + c];
      let s2 = l[r2 + c];
      let s3 = l[r3 + c];
      for (let k = j; k < c; k++) {
        const x = l[row + k];
        s0 -= x * l[r0 + k];
        s1 -= x * l[r1 + k];
        s2 -= x * l[r2 + k];
        s3 -= x * l[r3 + k];
      }
      const d = l[row + c];
      l[r0 + c] = s0 / d;
      l[r1 + c] = s1 / d;
      l[r2 + c] = s2 / d;
      l[r3 + c] = s3 / d;
    }
  }
  for (; i < n; i++) {
    for (let c = j; c < end; c++) {
      let sum = l[i * n + c];
      for (let k = j; k < c; k++) sum -= l[c * n + k] * l[i * n + k];
      l[i * n + c] = sum / l[c * n + c];
    }
  }
}

/**
 * Factors columns [j, end) with all rows below, in place, by halves: almost all work is in few large products.
 *
 * Toledo, Locality of reference in LU decomposition with partial pivoting (1997). Returns false when a pivot is not
 * positive; the diagonal then holds NaN.
 */
function factorColumns(product: BuiltInProduct, l: Float64Array, n: number, j: number, end: number): boolean {
  if (end - j <= BASE) {
    diagonalBlock(l, n, j, end);
    for (let i = j; i < end; i++) if (!(l[i * n + i] > 0)) return false;
    rowsBelow(l, n, j, end);
    return true;
  }
  const half = j + BASE * Math.ceil((end - j) / (2 * BASE));
  if (!factorColumns(product, l, n, j, half)) return false;
  const left = { data: l, offset: half * n + j, rowStep: n, depthStep: 1 };
  const target = { data: l, offset: half * n + half, rowStep: n, lower: true };
  product.add(-1, left, left, n - half, end - half, half - j, target);
  return factorColumns(product, l, n, half, end);
}

/** Solves with the factor for one right side, in place. */
function solveOne(l: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const row = l.subarray(i * n, i * n + i);
    let s0 = 0;
    let s1 = 0;
    let k = 0;
    for (; k + 2 <= i; k += 2) {
      s0 += row[k] * x[k];
      s1 += row[k + 1] * x[k + 1];
    }
    if (k < i) s0 += row[k] * x[k];
    x[i] = (x[i] - s0 - s1) / l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = l.subarray(i * n, i * n + i);
    const value = x[i] / l[i * n + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= value * row[k];
  }
}

/** L y = x within rows [i, end) of the factor, for one vector that starts at `at`. */
function forward(l: Float64Array, n: number, i: number, end: number, x: Float64Array, at: number): void {
  for (let r = i; r < end; r++) {
    let sum = x[at + r];
    for (let k = i; k < r; k++) sum -= l[r * n + k] * x[at + k];
    x[at + r] = sum / l[r * n + r];
  }
}

/** L' y = x within rows [i, end) of the factor, for one vector that starts at `at`. */
function backward(l: Float64Array, n: number, i: number, end: number, x: Float64Array, at: number): void {
  for (let r = end - 1; r >= i; r--) {
    const value = x[at + r] / l[r * n + r];
    x[at + r] = value;
    for (let k = i; k < r; k++) x[at + k] -= value * l[r * n + k];
  }
}

/** Solves for many right sides `[columns, n]`, in place. */
function solveMany(product: BuiltInProduct, l: Float64Array, n: number, x: Float64Array, columns: number): void {
  for (let i = 0; i < n; i += BLOCK) {
    const end = Math.min(n, i + BLOCK);
    for (let c = 0; c < columns; c++) forward(l, n, i, end, x, c * n);
    const known = { data: x, offset: i, rowStep: n, depthStep: 1 };
    const below = { data: l, offset: end * n + i, rowStep: n, depthStep: 1 };
    product.add(-1, known, below, columns, n - end, end - i, { data: x, offset: end, rowStep: n });
  }
  for (let i = BLOCK * (Math.ceil(n / BLOCK) - 1); i >= 0; i -= BLOCK) {
    const end = Math.min(n, i + BLOCK);
    for (let c = 0; c < columns; c++) backward(l, n, i, end, x, c * n);
    const known = { data: x, offset: i, rowStep: n, depthStep: 1 };
    const left = { data: l, offset: i * n, rowStep: 1, depthStep: n };
    product.add(-1, known, left, columns, i, end - i, { data: x, offset: 0, rowStep: n });
  }
}

/**
 * y += A x and its mirror image within rows and columns [i, end), from the upper triangle of A and its diagonal, for
 * one vector.
 */
function squareTimes(
  a: Float64Array,
  diagonal: Float64Array,
  i: number,
  end: number,
  x: Float64Array,
  y: Float64Array,
): void {
  const n = diagonal.length;
  for (let r = i; r < end; r++) {
    const [row, xr] = [r * n, x[r]];
    let sum = diagonal[r] * xr;
    for (let k = r + 1; k < end; k++) {
      sum += a[row + k] * x[k];
      y[k] += a[row + k] * xr;
    }
    y[r] += sum;
  }
}

/** A X for X `[columns, n]` from the upper triangle of A and its diagonal. */
function timesUpper(
  product: BuiltInProduct,
  a: Float64Array,
  diagonal: Float64Array,
  x: Float64Array,
  columns: number,
): Float64Array {
  const n = diagonal.length;
  const y = new Float64Array(columns * n);
  // One vector is done in one pass over the triangle; several share products with its blocks.
  const block = columns < MANY ? n : BLOCK;
  for (let i = 0; i < n; i += block) {
    const end = Math.min(n, i + block);
    for (let at = 0; at < columns * n; at += n) {
      squareTimes(a, diagonal, i, end, x.subarray(at, at + n), y.subarray(at, at + n));
    }
    if (end === n) break;
    const beyond = { data: x, offset: end, rowStep: n, depthStep: 1 };
    const rows = { data: a, offset: i * n + end, rowStep: n, depthStep: 1 };
    product.add(1, beyond, rows, columns, end - i, n - end, { data: y, offset: i, rowStep: n });
    const within = { data: x, offset: i, rowStep: n, depthStep: 1 };
    const mirrored = { data: a, offset: i * n + end, rowStep: 1, depthStep: n };
    product.add(1, within, mirrored, columns, n - end, end - i, { data: y, offset: end, rowStep: n });
  }
  return y;
}

/** Blocked Cholesky on the engine's own product, in place: about n^3 / 3 multiply-adds. */
export function builtInCholesky(product: BuiltInProduct, a: Float64Array, n: number): FactorInPlace {
  const diagonal = diagonalOf(a, n);
  const restore = (): void => mirrorUpper(a, diagonal);
  factorColumns(product, a, n, 0, n);
  return {
    size: n,
    logDeterminant: orRestored(() => checkPivots(diagonal, diagonalOf(a, n)), restore),
    solve(b, columns) {
      const x = b.slice(0, columns * n);
      if (columns >= MANY) solveMany(product, a, n, x, columns);
      else for (let c = 0; c < columns; c++) solveOne(a, n, x.subarray(c * n, (c + 1) * n));
      return x;
    },
    apply: (x, columns) => timesUpper(product, a, diagonal, x, columns),
    restore,
  };
}
