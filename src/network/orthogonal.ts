import type { MatrixProduct } from '../linalg/product.js';
import type { RandomSource } from '../linalg/random.js';

/** Rows that are made orthogonal to each other one by one; blocks of them to each other by matrix products. */
const BLOCK = 32;

/** Makes rows first..end of `a` `[.., length]` orthonormal among themselves, twice over for the last digits. */
function orthonormalise(a: Float64Array, first: number, end: number, length: number): void {
  for (let i = first; i < end; i++) {
    const row = a.subarray(i * length, (i + 1) * length);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = first; j < i; j++) {
        const other = a.subarray(j * length, (j + 1) * length);
        let dot = 0;
        for (let k = 0; k < length; k++) dot += row[k] * other[k];
        for (let k = 0; k < length; k++) row[k] -= dot * other[k];
      }
    }
    const norm = Math.hypot(...chunkNorms(row));
    for (let k = 0; k < length; k++) row[k] /= norm;
  }
}

/** Norms of pieces of a row: a call takes only so many arguments. */
function chunkNorms(row: Float64Array): number[] {
  const norms: number[] = [];
  for (let at = 0; at < row.length; at += 1024) {
    let sum = 0;
    for (let k = at; k < Math.min(row.length, at + 1024); k++) sum += row[k] * row[k];
    norms.push(Math.sqrt(sum));
  }
  return norms;
}

/**
 * `[rows, length]`, rows <= length, with orthonormal rows drawn from the Haar measure: Gram and Schmidt on Gaussian
 * rows, in blocks.
 *
 * Each block is projected twice, so that the Gram matrix is the identity to rounding.
 * Source: Mezzadri 2007 (math-ph/0609050); Giraud, Langou, Rozloznik 2005 (twice is enough).
 */
export function orthogonalRows(
  rows: number,
  length: number,
  random: RandomSource,
  product: MatrixProduct,
): Float64Array {
  const a = random.normals(rows * length);
  const shares = new Float64Array(BLOCK * rows);
  const along = new Float64Array(BLOCK * length);
  for (let first = 0; first < rows; first += BLOCK) {
    const end = Math.min(rows, first + BLOCK);
    const count = end - first;
    const block = { data: a, offset: first * length, rowStep: length, depthStep: 1 };
    for (let pass = 0; pass < 2 && first > 0; pass++) {
      const done = { data: a, offset: 0, rowStep: length, depthStep: 1 };
      product.multiply(block, done, count, first, length, { data: shares, offset: 0, rowStep: first }, false);
      const left = { data: shares, offset: 0, rowStep: first, depthStep: 1 };
      const columns = { data: a, offset: 0, rowStep: 1, depthStep: length };
      product.multiply(left, columns, count, length, first, { data: along, offset: 0, rowStep: length }, false);
      for (let k = 0; k < count * length; k++) a[first * length + k] -= along[k];
    }
    orthonormalise(a, first, end, length);
  }
  return a;
}
