import { NumericalError } from '../errors.js';

/** max |a_ij|; throws NumericalError when an entry of `a` `[n, n]` is not finite, with its row and column. */
export function largestEntry(a: Float64Array, n: number, where: string): number {
  let largest = 0;
  for (let k = 0; k < n * n; k++) {
    const size = Math.abs(a[k]);
    if (!(size < Infinity)) {
      throw new NumericalError(
        `${where}: entries must be finite, got ${a[k]} in row ${Math.floor(k / n)}, column ${k % n} (counted from ` +
          '0). ' +
          'Check how the matrix was made.',
      );
    }
    if (size > largest) largest = size;
  }
  return largest;
}

/** A - shift I as a new array. */
export function shifted(a: Float64Array, n: number, shift: number): Float64Array {
  const b = a.slice(0, n * n);
  for (let i = 0; i < n; i++) b[i * (n + 1)] -= shift;
  return b;
}

/** Pivots of a matrix with entries up to `largest` that are nothing but rounding errors: n 2^-52 of it. */
export function roundingPivot(n: number, largest: number): number {
  return n * 2 ** -52 * largest;
}
