import type { EigenDecomposition } from '../algebra.js';
import { largestEntry } from '../matrix.js';
import { divideAndConquer } from './divide.js';
import type { BuiltInProduct } from './product.js';
import { applyReflections, tridiagonalise } from './tridiagonal.js';

/** Side of the squares in which a matrix is transposed. */
const SQUARE = 32;

/** Rows of the result are the columns of `q`, the last column first. */
function columnsReversed(q: Float64Array, n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i += SQUARE) {
    for (let j = 0; j < n; j += SQUARE) {
      for (let r = i; r < Math.min(n, i + SQUARE); r++) {
        for (let c = j; c < Math.min(n, j + SQUARE); c++) rows[(n - 1 - c) * n + r] = q[r * n + c];
      }
    }
  }
  return rows;
}

/**
 * Eigenpairs of a symmetric matrix `[n, n]`: reduction to tridiagonal form, then divide and conquer.
 *
 * The matrix is scaled by a power of 2 to entries of at most 1, so that nothing overflows. Throws NumericalError when
 * an entry is not finite.
 */
export function builtInEigen(
  product: BuiltInProduct,
  a: Float64Array,
  n: number,
  vectors: boolean,
): EigenDecomposition {
  const largest = largestEntry(a, n, 'eigenvalues');
  // In two factors: a subnormal largest entry would make a scale that overflows.
  const exponent = largest === 0 ? 0 : -Math.ceil(Math.log2(largest));
  const first = 2 ** Math.trunc(exponent / 2);
  const second = 2 ** (exponent - Math.trunc(exponent / 2));
  const work = a.slice(0, n * n);
  for (let k = 0; k < n * n; k++) work[k] = work[k] * first * second;
  const reduced = tridiagonalise(product, work, n);
  const { diagonal: d, offDiagonal: e } = reduced;
  const q = divideAndConquer(product, d, e, vectors);
  const rows = vectors ? columnsReversed(q, n) : null;
  if (rows !== null) applyReflections(product, reduced, rows);
  const values = d.reverse().map((x) => x / first / second);
  return { values, vectors: rows };
}
