import type { RandomSource } from '../../../src/linalg/random.js';

/** A symmetric matrix of entries up to about 1, or one with a fault. */
export interface DrawnMatrix {
  readonly kind: MatrixKind;
  readonly n: number;
  /** `[n, n]` */
  readonly entries: Float64Array;
}

/** Kinds of matrices, by what makes their entries. */
const KINDS = {
  semidefinite: (n: number, random: RandomSource) => gram(n, n + 2, random),
  'low rank': (n: number, random: RandomSource) => gram(n, Math.max(1, Math.floor(n / 2)), random),
  'repeated rows': repeated,
  'nearly repeated rows': (n: number, random: RandomSource) => repeated(n, random, 1e-4),
  indefinite: (n: number, random: RandomSource) => symmetric(n, random),
  'barely indefinite': (n: number, random: RandomSource) =>
    plus(gram(n, Math.max(1, n - 1), random), n, -(10 ** -(1 + 6 * random.uniform()))),
  'negative definite': (n: number, random: RandomSource) => gram(n, n + 2, random).map((v) => -v),
  hollow: (n: number, random: RandomSource) =>
    symmetric(n, random).map((v, k) => (k % (n + 1) === 0 ? 0 : Math.abs(v))),
  zero: (n: number) => new Float64Array(n * n),
  identity: (n: number) => plus(new Float64Array(n * n), n, 1),
  diagonal: (n: number, random: RandomSource) =>
    new Float64Array(n * n).map((_, k) => (k % (n + 1) === 0 ? random.normal() : 0)),
  'of one row': (n: number, random: RandomSource) => gram(n, 1, random),
  integers: (n: number, random: RandomSource) => symmetric(n, random).map((v) => Math.round(3 * v)),
  'asymmetric to rounding': (n: number, random: RandomSource) => disturbed(gram(n, n + 1, random), n, 1e-15, random),
  asymmetric: (n: number, random: RandomSource) => disturbed(gram(n, n + 1, random), n, 1e-6, random),
  'NaN within': (n: number, random: RandomSource) => withEntry(gram(n, n, random), n, Number.NaN, random),
  'infinity within': (n: number, random: RandomSource) =>
    withEntry(gram(n, n, random), n, random.uniform() < 0.5 ? -Infinity : Infinity, random),
} as const;

/** Name of a kind. */
export type MatrixKind = keyof typeof KINDS;

/** All kinds. */
export const MATRIX_KINDS = Object.keys(KINDS) as readonly MatrixKind[];

/** A random matrix of a kind. */
export function drawMatrix(kind: MatrixKind, random: RandomSource): DrawnMatrix {
  const n = 1 + Math.floor(random.uniform() ** 2 * 14);
  return { kind, n, entries: KINDS[kind](n, random) };
}

function gram(n: number, rank: number, random: RandomSource): Float64Array {
  const x = random.normals(n * rank);
  return products(x, n, rank);
}

function products(x: Float64Array, n: number, rank: number): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += (x[i * rank + k] * x[j * rank + k]) / rank;
      a[i * n + j] = sum;
      a[j * n + i] = sum;
    }
  }
  return a;
}

function repeated(n: number, random: RandomSource, distance = 0): Float64Array {
  const rank = n + 1;
  const x = random.normals(n * rank);
  for (let i = 1; i < n; i += 2) {
    for (let k = 0; k < rank; k++) x[i * rank + k] = x[(i - 1) * rank + k] + distance * random.normal();
  }
  return products(x, n, rank);
}

function symmetric(n: number, random: RandomSource): Float64Array {
  const x = random.normals(n * n);
  return x.map((_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return x[Math.max(i, j) * n + Math.min(i, j)];
  });
}

function plus(a: Float64Array, n: number, shift: number): Float64Array {
  return a.map((v, k) => (k % (n + 1) === 0 ? v + shift : v));
}

function disturbed(a: Float64Array, n: number, size: number, random: RandomSource): Float64Array {
  const norm = Math.hypot(...a);
  for (let k = 0; k < n * n; k++) if (Math.floor(k / n) > k % n) a[k] += size * norm * (0.1 + random.uniform() / n);
  return a;
}

function withEntry(a: Float64Array, n: number, value: number, random: RandomSource): Float64Array {
  const [i, j] = [Math.floor(random.uniform() * n), Math.floor(random.uniform() * n)];
  a[i * n + j] = value;
  a[j * n + i] = value;
  return a;
}
