import { singularValues } from '../linalg/singular-values.js';

/**
 * What rows `[j, n]` of V have outside the space of the first j rows of U; `along` `[k, k]` holds the products of rows
 * of V with those of U.
 */
function outside(u: Float64Array, v: Float64Array, along: Float64Array, k: number, n: number, j: number): Float64Array {
  const rest = v.slice(0, j * n);
  for (let i = 0; i < j; i++) {
    for (let l = 0; l < j; l++) {
      const share = along[i * k + l];
      for (let p = 0; p < n; p++) rest[i * n + p] -= share * u[l * n + p];
    }
  }
  return rest;
}

function leading(matrix: Float64Array, k: number, j: number): Float64Array {
  return Float64Array.from({ length: j * j }, (_, at) => matrix[Math.floor(at / j) * k + (at % j)]);
}

/**
 * Largest principal angle, radians in [0, pi/2], between the spaces of the first j rows of U and of V, for j = 1 .. k:
 * `[k]`.
 *
 * U and V `[k, n]` have orthonormal rows. Small angles come from their sine, the norm of (I - U'U) V', large ones from
 * their cosine, the smallest singular value of V U': each is accurate where the other is not. Source: Knyazev,
 * Argentati 2002, Principal angles between subspaces in an A-based scalar product, SIAM J. Sci. Comput. 23.
 */
export function largestAngles(u: Float64Array, v: Float64Array, k: number, n: number): number[] {
  const along = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let l = 0; l < k; l++) for (let p = 0; p < n; p++) along[i * k + l] += v[i * n + p] * u[l * n + p];
  }
  return Array.from({ length: k }, (_, i) => {
    const j = i + 1;
    const [sine] = singularValues(outside(u, v, along, k, n, j), j, n);
    if (sine * sine <= 0.5) return Math.asin(sine);
    const cosine = singularValues(leading(along, k, j), j, j)[j - 1];
    return Math.acos(Math.min(1, cosine));
  });
}
