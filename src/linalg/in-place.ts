/** Side of the squares in which a triangle is mirrored: both squares stay in the cache. */
const SQUARE = 32;

/** The diagonal `[n]` of a matrix `[n, n]`. */
export function diagonalOf(a: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => a[i * (n + 1)]);
}

/** Writes a diagonal `[n]` into a matrix `[n, n]`. */
export function setDiagonal(a: Float64Array, diagonal: Float64Array): void {
  const n = diagonal.length;
  for (let i = 0; i < n; i++) a[i * (n + 1)] = diagonal[i];
}

/** Makes a matrix `[n, n]` symmetric again from its upper triangle and its diagonal `[n]`. */
export function mirrorUpper(a: Float64Array, diagonal: Float64Array): void {
  const n = diagonal.length;
  setDiagonal(a, diagonal);
  for (let i = 0; i < n; i += SQUARE) {
    for (let j = i; j < n; j += SQUARE) {
      for (let r = i; r < Math.min(n, i + SQUARE); r++) {
        for (let c = Math.max(j, r + 1); c < Math.min(n, j + SQUARE); c++) a[c * n + r] = a[r * n + c];
      }
    }
  }
}

/** What `work` gives; when it throws, `restore` is called first. */
export function orRestored<T>(work: () => T, restore: () => void): T {
  try {
    return work();
  } catch (error) {
    restore();
    throw error;
  }
}
