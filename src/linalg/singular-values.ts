/** Sweeps after which the rows are orthogonal to rounding; some ten are usual. */
const MOST_SWEEPS = 60;
/** Cosine of two rows below which they count as orthogonal. */
const ORTHOGONAL = 2 ** -52;

/** Turns rows i and j of `a` `[.., n]` in their plane until they are orthogonal; false where they were. */
function rotate(a: Float64Array, n: number, i: number, j: number): boolean {
  const [p, q] = [i * n, j * n];
  let [pp, qq, pq] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    pp += a[p + k] * a[p + k];
    qq += a[q + k] * a[q + k];
    pq += a[p + k] * a[q + k];
  }
  if (!(Math.abs(pq) > ORTHOGONAL * Math.sqrt(pp) * Math.sqrt(qq))) return false;
  const cotangent = (qq - pp) / (2 * pq);
  const t = Math.sign(cotangent || 1) / (Math.abs(cotangent) + Math.hypot(1, cotangent));
  const c = 1 / Math.hypot(1, t);
  const s = c * t;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p + k], a[q + k]];
    a[p + k] = c * x - s * y;
    a[q + k] = s * x + c * y;
  }
  return true;
}

/**
 * Singular values of a small matrix A `[m, n]`, descending `[m]`: rows are rotated pair by pair until all are
 * orthogonal, then their norms.
 *
 * Small ones keep their digits where the rows are of different sizes, which eigenvalues of A A' would lose.
 * Source: Demmel, Veselic 1992, Jacobi's method is more accurate than QR, SIAM J. Matrix Anal. Appl. 13.
 */
export function singularValues(matrix: Float64Array, m: number, n: number): Float64Array {
  const a = matrix.slice(0, m * n);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let turned = false;
    for (let i = 0; i < m; i++) for (let j = i + 1; j < m; j++) turned = rotate(a, n, i, j) || turned;
    if (!turned) break;
  }
  const norms = Float64Array.from({ length: m }, (_, i) => {
    let square = 0;
    for (let k = 0; k < n; k++) square += a[i * n + k] ** 2;
    return Math.sqrt(square);
  });
  return norms.sort().reverse();
}
