import { InternalError } from '../errors.js';

/** Eigenpairs of a small matrix, largest first; row i of `vectors` `[m, m]` belongs to value i. */
export interface SmallEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

const EPSILON = 2 ** -52;
const MOST_SWEEPS = 60;

/** A reflector I - tau u u' that maps x[from..] to a multiple of its first axis; u overwrites x. Returns tau and that multiple. */
function reflector(x: Float64Array, from: number): { readonly tau: number; readonly image: number } {
  let scale = 0;
  for (let i = from; i < x.length; i++) scale = Math.max(scale, Math.abs(x[i]));
  if (scale === 0) return { tau: 0, image: 0 };
  let square = 0;
  for (let i = from; i < x.length; i++) {
    x[i] /= scale;
    square += x[i] * x[i];
  }
  const length = Math.sqrt(square);
  const image = x[from] > 0 ? -length : length;
  x[from] -= image;
  return { tau: 1 / (square + Math.abs(length * (x[from] + image))), image: image * scale };
}

/** a - u w' - w u' on the trailing part, where w makes it the two-sided reflection of a. */
function reflectBothSides(a: Float64Array, m: number, u: Float64Array, from: number, tau: number): void {
  const w = new Float64Array(m);
  let overlap = 0;
  for (let i = from; i < m; i++) {
    let sum = 0;
    for (let j = from; j < m; j++) sum += a[i * m + j] * u[j];
    w[i] = tau * sum;
    overlap += w[i] * u[i];
  }
  for (let i = from; i < m; i++) w[i] -= 0.5 * tau * overlap * u[i];
  for (let i = from; i < m; i++) {
    const [ui, wi] = [u[i], w[i]];
    for (let j = from; j < m; j++) a[i * m + j] -= ui * w[j] + wi * u[j];
  }
}

/** Householder: T = Q A Q' tridiagonal (diagonal d, beside it e) and Q, whose rows start the eigenvectors. */
function tridiagonal(a: Float64Array, m: number): { d: Float64Array; e: Float64Array; q: Float64Array } {
  const e = new Float64Array(m);
  const reflectors: { readonly u: Float64Array; readonly tau: number }[] = [];
  for (let k = 0; k + 2 < m; k++) {
    const u = a.slice(k * m, (k + 1) * m);
    const { tau, image } = reflector(u, k + 1);
    e[k] = image;
    reflectors.push({ u, tau });
    if (tau !== 0) reflectBothSides(a, m, u, k + 1, tau);
  }
  if (m > 1) e[m - 2] = a[(m - 2) * m + m - 1];
  const q = new Float64Array(m * m);
  for (let i = 0; i < m; i++) q[i * m + i] = 1;
  // Q = H_{m-3} ... H_0: from the last to the first, so that each touches the trailing rows and columns only.
  for (let k = reflectors.length - 1; k >= 0; k--) {
    const { u, tau } = reflectors[k];
    for (let i = k + 1; i < m && tau !== 0; i++) {
      let sum = 0;
      for (let j = k + 1; j < m; j++) sum += q[i * m + j] * u[j];
      sum *= tau;
      for (let j = k + 1; j < m; j++) q[i * m + j] -= sum * u[j];
    }
  }
  return { d: Float64Array.from({ length: m }, (_, i) => a[i * m + i]), e, q };
}

function rotateRows(z: Float64Array, m: number, i: number, c: number, s: number): void {
  const [upper, lower] = [i * m, (i + 1) * m];
  for (let k = 0; k < m; k++) {
    const f = z[lower + k];
    z[lower + k] = s * z[upper + k] + c * f;
    z[upper + k] = c * z[upper + k] - s * f;
  }
}

/** One implicit QL step on rows `first` to `last` of the tridiagonal (d, e), with its rotations applied to the rows of z. */
function qlStep(d: Float64Array, e: Float64Array, z: Float64Array, first: number, last: number): void {
  const m = d.length;
  let g = (d[first + 1] - d[first]) / (2 * e[first]);
  g = d[last] - d[first] + e[first] / (g + (g < 0 ? -Math.hypot(g, 1) : Math.hypot(g, 1)));
  let [s, c, p] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = s * e[i];
    const b = c * e[i];
    let r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[last] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    r = (d[i] - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    rotateRows(z, m, i, c, s);
  }
  d[first] -= p;
  e[first] = g;
  e[last] = 0;
}

function diagonalise(d: Float64Array, e: Float64Array, z: Float64Array): void {
  const m = d.length;
  for (let first = 0; first < m; first++) {
    for (let sweep = 0; ; sweep++) {
      let last = first;
      while (last < m - 1 && Math.abs(e[last]) > EPSILON * (Math.abs(d[last]) + Math.abs(d[last + 1]))) last++;
      if (last === first) break;
      if (sweep === MOST_SWEEPS) throw new InternalError('QL iteration of a projected matrix did not converge');
      qlStep(d, e, z, first, last);
    }
  }
}

/**
 * All eigenpairs of a small symmetric matrix `[m, m]` (for m up to some hundred): Householder, then implicit QL.
 *
 * For the projected problems of iterations. Source: J. Wilkinson, C. Reinsch, Handbook for Automatic Computation II, tred2 and tql2.
 */
export function symmetricEigen(matrix: Float64Array, m: number): SmallEigen {
  const { d, e, q: z } = tridiagonal(matrix.slice(0, m * m), m);
  diagonalise(d, e, z);
  const order = Array.from({ length: m }, (_, i) => i).sort((i, j) => d[j] - d[i]);
  const vectors = new Float64Array(m * m);
  order.forEach((from, to) => {
    vectors.set(z.subarray(from * m, (from + 1) * m), to * m);
  });
  return { values: Float64Array.from(order, (i) => d[i]), vectors };
}
