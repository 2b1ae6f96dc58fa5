/** Numbers in (-1/2, 1/2) from a seed, the same everywhere. */
export function numbers(count: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

/** A random symmetric matrix `[n, n]`, indefinite. */
export function symmetric(n: number, seed: number): Float64Array {
  const a = numbers(n * n, seed);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i];
  return a;
}

/** B B' + ridge I for random B `[n, rank]`. */
export function gram(n: number, rank: number, ridge: number, seed: number): Float64Array {
  const b = numbers(n * rank, seed);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? ridge : 0;
      for (let k = 0; k < rank; k++) sum += b[i * rank + k] * b[j * rank + k];
      a[i * n + j] = sum;
    }
  }
  return a;
}

/** H diag(values) H' for H a product of three reflections: a full matrix of a known spectrum, symmetric bit for bit. */
export function withSpectrum(values: readonly number[], seed: number): Float64Array {
  const n = values.length;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) a[i * (n + 1)] = values[i];
  for (let round = 0; round < 3; round++) {
    const v = numbers(n, seed + round);
    const square = v.reduce((sum, x) => sum + x * x, 0);
    // H A H = A - v w' - w v' with w = s A v - (s^2 / 2) (v' A v) v, s = 2 / v'v.
    const s = 2 / square;
    const av = v.map((_, i) => v.reduce((sum, x, j) => sum + a[i * n + j] * x, 0));
    const vav = v.reduce((sum, x, i) => sum + x * av[i], 0);
    const w = av.map((x, i) => s * x - (s * s * vav * v[i]) / 2);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        a[i * n + j] -= v[i] * w[j] + w[i] * v[j];
        a[j * n + i] = a[i * n + j];
      }
    }
  }
  return a;
}

/** Eigenvalues by cyclic Jacobi rotations, descending: slow, simple, and a second route. */
export function jacobi(matrix: Float64Array, n: number): Float64Array {
  const a = matrix.slice();
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) all += a[i * n + j] ** 2;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += a[i * n + j] ** 2;
    if (off <= 1e-34 * all) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) turn(a, n, p, q);
  }
  return Float64Array.from({ length: n }, (_, i) => a[i * (n + 1)])
    .sort()
    .reverse();
}

/** Makes entry (p, q) zero. */
function turn(a: Float64Array, n: number, p: number, q: number): void {
  if (a[p * n + q] === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const x = a[k * n + p];
    const y = a[k * n + q];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const x = a[p * n + k];
    const y = a[q * n + k];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
}

/** A matrix and what is known of its spectrum. */
export interface Case {
  readonly name: string;
  readonly n: number;
  readonly a: Float64Array;
  /** Descending, to rounding. */
  readonly values?: readonly number[];
}

/** Spectra that are hard in one way or another, of one size. */
function spectra(n: number): readonly (readonly [string, readonly number[]])[] {
  const of = (f: (i: number) => number): readonly number[] => Array.from({ length: n }, (_, i) => f(i));
  return [
    ['rank one', of((i) => (i === 0 ? 3 : 0))],
    ['repeated', of((i) => [4, 4, 1, -2][Math.min(3, Math.floor((4 * i) / n))])],
    ['clustered', of((i) => (i < n / 2 ? 1 + 1e-12 * i : 1e-3 * (1 + 1e-13 * i)))],
    ['graded', of((i) => 10 ** -i)],
    ['graded upwards and negative', of((i) => (i % 2 === 0 ? 1 : -1) * 2 ** (i - n))],
    ['indefinite', of((i) => n / 2 - i - 0.25)],
  ];
}

/** Matrices for the eigensolvers. */
export function cases(): readonly Case[] {
  const list: Case[] = [];
  for (const n of [1, 2, 3, 50, 200]) {
    const identity = new Float64Array(n * n);
    for (let i = 0; i < n; i++) identity[i * (n + 1)] = 1;
    const values = Array.from({ length: n }, () => 1);
    list.push({ name: `identity ${n}`, n, a: identity, values });
    list.push({ name: `zero ${n}`, n, a: new Float64Array(n * n), values: values.map(() => 0) });
    for (const [name, given] of spectra(n)) {
      list.push({ name: `${name} ${n}`, n, a: withSpectrum(given, n), values: given.toSorted((x, y) => y - x) });
    }
    list.push({ name: `random ${n}`, n, a: symmetric(n, 11) });
    list.push({ name: `random times 1e300 ${n}`, n, a: symmetric(n, 5).map((x) => x * 1e300) });
    list.push({ name: `random times 1e-300 ${n}`, n, a: symmetric(n, 5).map((x) => x * 1e-300) });
    list.push({ name: `Wilkinson ${n}`, n, a: wilkinson(n) });
    list.push({ name: `diagonal ${n}`, n, a: identity.map((x, k) => x * Math.sin(k)) });
  }
  return list;
}

/** |i - n/2| on the diagonal and 1 beside it: pairs of eigenvalues equal to rounding, but not repeated. */
function wilkinson(n: number): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    a[i * (n + 1)] = Math.abs(i - (n - 1) / 2);
    if (i > 0) {
      a[i * n + i - 1] = 1;
      a[(i - 1) * n + i] = 1;
    }
  }
  return a;
}
