import { RandomSource } from '../../src/linalg/random.js';
import { norm } from '../../src/spectrum/rows.js';

/**
 * Q diag(values) Q' with Q a product of random reflections: symmetric bit for bit, with the eigenvalues given to
 * rounding.
 */
export function withSpectrum(values: ArrayLike<number>, seed = 1, reflections = 4): Float64Array {
  const n = values.length;
  const random = new RandomSource(seed);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) a[i * n + i] = values[i];
  for (let r = 0; r < reflections; r++) reflect(a, n, random.normals(n));
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i];
  return a;
}

function reflect(a: Float64Array, n: number, u: Float64Array): void {
  const length = norm(u);
  for (const [step, across] of [
    [n, 1],
    [1, n],
  ]) {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * across + k * step] * u[k];
      sum *= 2 / (length * length);
      for (let k = 0; k < n; k++) a[i * across + k * step] -= sum * u[k];
    }
  }
}

/** Largest |V V' - I| over all entries, for rows V `[k, n]`. */
export function orthogonalityError(vectors: Float64Array, k: number): number {
  const n = vectors.length / k;
  let worst = 0;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? -1 : 0;
      for (let t = 0; t < n; t++) sum += vectors[i * n + t] * vectors[j * n + t];
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}

/** |A v - l v| for each row of V, by plain loops. */
export function residualsOf(a: Float64Array, values: Float64Array, vectors: Float64Array): number[] {
  const n = Math.sqrt(a.length);
  return Array.from(values, (value, i) => {
    const v = vectors.subarray(i * n, (i + 1) * n);
    return norm(
      v.map((x, r) => a.subarray(r * n, (r + 1) * n).reduce((sum, entry, c) => sum + entry * v[c], -value * x)),
    );
  });
}

/** What the suite holds every method to. */
export const SPECTRA: Readonly<Record<string, Float64Array>> = {
  identity: new Float64Array(30).fill(1),
  zero: new Float64Array(24),
  'rank one': Float64Array.from({ length: 30 }, (_, i) => (i === 7 ? 3 : 0)),
  repeated: Float64Array.from({ length: 36 }, (_, i) => 1 / (1 + Math.floor(i / 4))),
  clustered: Float64Array.from({ length: 40 }, (_, i) => (i < 6 ? 1 + i * 1e-11 : 0.5 / (i + 1))),
  graded: Float64Array.from({ length: 30 }, (_, i) => 10 ** -i),
  indefinite: Float64Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : -1.5) / (1 + i)),
  negative: Float64Array.from({ length: 30 }, (_, i) => -(2 ** -i)),
  'kernel-like': Float64Array.from({ length: 80 }, (_, i) => (i + 1) ** -1.5),
  one: Float64Array.of(-2.5),
  two: Float64Array.of(3, -4),
};

/** Descending copy. */
export function descending(values: Float64Array): Float64Array {
  return values.slice().sort((a, b) => b - a);
}
