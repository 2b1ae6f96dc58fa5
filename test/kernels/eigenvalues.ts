/** Eigenvalues of a small symmetric matrix `[n, n]` by cyclic Jacobi rotations (Golub, Van Loan 2013, 8.5). */
export function eigenvalues(matrix: ArrayLike<number>, n: number): number[] {
  const a = Float64Array.from(matrix);
  const { abs, hypot, sqrt } = Math;
  const size = hypot(...a);
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off = Math.max(off, abs(a[p * n + q]));
        if (abs(a[p * n + q]) > 1e-18 * size) rotate(a, n, p, q, sqrt);
      }
    }
    if (off <= 1e-18 * size) break;
  }
  return Array.from({ length: n }, (_, i) => a[i * n + i]);
}

function rotate(a: Float64Array, n: number, p: number, q: number, sqrt: (v: number) => number): void {
  const ratio = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  const t = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + sqrt(1 + ratio * ratio));
  const c = 1 / sqrt(1 + t * t);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p], a[k * n + q]];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k], a[q * n + k]];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
}
