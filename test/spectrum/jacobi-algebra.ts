import { NumericalError } from '../../src/errors.js';
import type { CholeskyFactor, EigenDecomposition, Inertia, LinearAlgebra } from '../../src/linalg/algebra.js';

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += a[i * n + j] ** 2;
  return Math.sqrt(sum);
}

function rotate(x: Float64Array, at: number, to: number, step: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const [p, q] = [x[at + k * step], x[to + k * step]];
    x[at + k * step] = c * p - s * q;
    x[to + k * step] = s * p + c * q;
  }
}

/** Cyclic Jacobi: slow, short, and another road than that of the engine. */
function jacobi(matrix: Float64Array, n: number): EigenDecomposition {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const whole = Math.hypot(offDiagonal(a, n), ...Array.from({ length: n }, (_, i) => a[i * n + i]));
  for (let sweep = 0; sweep < 20 && offDiagonal(a, n) > 1e-17 * n * whole; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q];
        if (Math.abs(apq) <= 1e-17 * whole) continue;
        const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        rotate(a, p, q, n, n, c, s);
        rotate(a, p * n, q * n, 1, n, c, s);
        a[p * n + q] = 0;
        a[q * n + p] = 0;
        rotate(v, p * n, q * n, 1, n, c, s);
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    vectors.set(v.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors };
}

function cholesky(a: Float64Array, n: number): CholeskyFactor {
  const l = a.slice();
  let logDeterminant = 0;
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = l[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i === j && !(sum > 0))
        throw new NumericalError(`row ${j}: must have a positive pivot, got ${sum}. Add to it.`);
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j];
    }
    logDeterminant += 2 * Math.log(l[j * n + j]);
  }
  const solve = (b: Float64Array, columns: number): Float64Array => {
    const x = b.slice();
    for (let c = 0; c < columns; c++) {
      const y = x.subarray(c * n, (c + 1) * n);
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < i; k++) y[i] -= l[i * n + k] * y[k];
        y[i] /= l[i * n + i];
      }
      for (let i = n - 1; i >= 0; i--) {
        y[i] /= l[i * n + i];
        for (let k = 0; k < i; k++) y[k] -= l[i * n + k] * y[i];
      }
    }
    return x;
  };
  return { size: n, logDeterminant, solve };
}

function inertia(a: Float64Array, n: number, shift: number): Inertia {
  const { values } = jacobi(a, n);
  const [positive, negative] = [values.filter((v) => v > shift).length, values.filter((v) => v < shift).length];
  return { positive, negative, zero: n - positive - negative };
}

function apply(a: Float64Array, n: number, x: Float64Array, columns: number): Float64Array {
  const y = new Float64Array(columns * n);
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) y[c * n + i] += a[i * n + k] * x[c * n + k];
  }
  return y;
}

/** Textbook dense linear algebra, for tests of what rests on it. */
export const jacobiAlgebra: LinearAlgebra = {
  name: 'jacobi',
  isNative: false,
  largestEigen: 400,
  eigenCopies: 2,
  cholesky: async (a, n) => cholesky(a, n),
  factorise: async (a, n) => {
    const kept = a.slice(0, n * n);
    return { ...cholesky(kept, n), apply: (x, columns) => apply(kept, n, x, columns), restore: () => undefined };
  },
  eigen: async (a, n) => jacobi(a, n),
  inertia: async (a, n, shift) => inertia(a, n, shift),
  apply,
};
