import type { Inertia } from '../algebra.js';

/** Bunch and Kaufman's (1 + sqrt 17) / 8: balances the growth of one step of two columns against two of one. */
const ALPHA = (1 + Math.sqrt(17)) / 8;

/** Entry (i, j) of the symmetric matrix whose lower triangle is stored. */
function entry(a: Float64Array, n: number, i: number, j: number): number {
  return i >= j ? a[i * n + j] : a[j * n + i];
}

/** Swaps rows and columns k < p of the symmetric matrix in rows and columns [begin, n), lower triangle. */
function swap(a: Float64Array, n: number, begin: number, k: number, p: number): void {
  if (k === p) return;
  const exchange = (x: number, y: number): void => {
    const value = a[x];
    a[x] = a[y];
    a[y] = value;
  };
  for (let j = begin; j < k; j++) exchange(k * n + j, p * n + j);
  exchange(k * n + k, p * n + p);
  for (let i = k + 1; i < p; i++) exchange(i * n + k, p * n + i);
  for (let i = p + 1; i < n; i++) exchange(i * n + k, i * n + p);
}

/** Row below `k` with the largest entry of column k. */
function largestBelow(a: Float64Array, n: number, k: number): number {
  let best = k + 1;
  for (let i = k + 2; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[best * n + k])) best = i;
  return best;
}

/** Chooses the pivot at k, brings it there, and returns how many columns it takes: 1 or 2; 0 for a column of zeros. */
function choosePivot(a: Float64Array, n: number, k: number): number {
  const diagonal = Math.abs(a[k * n + k]);
  if (k === n - 1) return diagonal === 0 ? 0 : 1;
  const row = largestBelow(a, n, k);
  const largest = Math.abs(a[row * n + k]);
  if (Math.max(diagonal, largest) === 0) return 0;
  if (diagonal >= ALPHA * largest) return 1;
  let inRow = 0;
  for (let j = k; j < n; j++) if (j !== row) inRow = Math.max(inRow, Math.abs(entry(a, n, row, j)));
  if (diagonal * inRow >= ALPHA * largest * largest) return 1;
  if (Math.abs(a[row * n + row]) >= ALPHA * inRow) {
    swap(a, n, k, k, row);
    return 1;
  }
  swap(a, n, k, k + 1, row);
  return 2;
}

/** Takes a pivot of one column out of the rest. */
function eliminateOne(a: Float64Array, n: number, k: number, column: Float64Array): void {
  for (let i = k + 1; i < n; i++) column[i] = a[i * n + k];
  const pivot = a[k * n + k];
  for (let i = k + 1; i < n; i++) {
    const factor = column[i] / pivot;
    if (factor === 0) continue;
    const row = a.subarray(i * n, i * n + i + 1);
    for (let j = k + 1; j <= i; j++) row[j] -= factor * column[j];
  }
}

/** Takes a pivot of two columns out of the rest; the block is scaled by its large off-diagonal entry. */
function eliminateTwo(a: Float64Array, n: number, k: number, first: Float64Array, second: Float64Array): void {
  for (let i = k + 2; i < n; i++) {
    first[i] = a[i * n + k];
    second[i] = a[i * n + k + 1];
  }
  const off = a[(k + 1) * n + k];
  const upper = a[k * n + k] / off;
  const lower = a[(k + 1) * n + k + 1] / off;
  const scale = 1 / (upper * lower - 1) / off;
  for (let i = k + 2; i < n; i++) {
    const x = scale * (lower * first[i] - second[i]);
    const y = scale * (upper * second[i] - first[i]);
    if (x === 0 && y === 0) continue;
    const row = a.subarray(i * n, i * n + i + 1);
    for (let j = k + 2; j <= i; j++) row[j] -= x * first[j] + y * second[j];
  }
}

/**
 * Inertia of the matrix whose lower triangle is given, by L D L' with Bunch and Kaufman's pivoting, in place.
 *
 * A pivot of two columns has one eigenvalue on each side of 0. Pivots of at most `zeroBelow` count as zero.
 * Bunch and Kaufman, Some stable methods for calculating inertia and solving symmetric linear systems (1977).
 */
export function builtInInertia(a: Float64Array, n: number, zeroBelow: number): Inertia {
  const first = new Float64Array(n);
  const second = new Float64Array(n);
  let negative = 0;
  let positive = 0;
  for (let k = 0; k < n; ) {
    const width = choosePivot(a, n, k);
    if (width === 2) {
      const sides = Math.abs(a[(k + 1) * n + k]) > zeroBelow ? 1 : 0;
      negative += sides;
      positive += sides;
      eliminateTwo(a, n, k, first, second);
    } else if (width === 1) {
      const pivot = a[k * n + k];
      if (pivot < -zeroBelow) negative += 1;
      else if (pivot > zeroBelow) positive += 1;
      eliminateOne(a, n, k, first);
    }
    k += Math.max(1, width);
  }
  return { negative, zero: n - negative - positive, positive };
}
