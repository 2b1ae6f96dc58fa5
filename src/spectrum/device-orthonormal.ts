import type { DeviceTensor } from '../../kernels/tfjs/tensorflow/device.js';
import { type DeviceSpace, doublesOf } from '../linalg/device/space.js';
import { type DeviceRows, rowNorms } from './device-rows.js';

/** Part of a vector outside of the others below which Cholesky of their products tells nothing of it. */
const DEPENDENT = 1e-4;

/** Passes after which rows are taken as they are; two are usual. */
const MOST_PASSES = 4;

/** Squares of numbers that can be worked with. */
const SQUARES = { least: 1e-280, most: 1e280 } as const;

/** The Cholesky factor L `[m, m]` of a small matrix; null where a pivot is at most 0 or no number. */
function smallCholesky(gram: Float64Array, m: number): Float64Array | null {
  const l = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gram[i * m + j];
      for (let k = 0; k < j; k++) sum -= l[i * m + k] * l[j * m + k];
      if (i !== j) l[i * m + j] = sum / l[j * (m + 1)];
      else if (sum > 0 && sum < Infinity) l[i * (m + 1)] = Math.sqrt(sum);
      else return null;
    }
  }
  return l;
}

/** L^-1 `[m, m]` of a lower triangular matrix. */
function inverseOf(l: Float64Array, m: number): Float64Array {
  const inverse = new Float64Array(m * m);
  for (let j = 0; j < m; j++) {
    for (let i = j; i < m; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= l[i * m + k] * inverse[k * m + j];
      inverse[i * m + j] = sum / l[i * (m + 1)];
    }
  }
  return inverse;
}

/**
 * Rows X `[m, n]` made orthonormal to a basis and to one another by Cholesky of their products, in two passes or more.
 *
 * Null where one of them has at most `floor` outside of the basis and of those before it, or next to nothing: then they
 * have to be taken one by one. Source: Y. Yamamoto et al., Roundoff error analysis of the CholeskyQR2 algorithm, ETNA
 * 44 (2015) 306.
 */
export function orthonormalBlock(
  space: DeviceSpace,
  basis: DeviceRows,
  x: DeviceTensor,
  floor: number,
): DeviceTensor | null {
  const { tensors } = space;
  const [m] = x.shape;
  return tensors.tidy(() => {
    let rows = x;
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      rows = basis.without(rows);
      const gram = doublesOf(space, tensors.matMul(rows, rows, false, true));
      const l = smallCholesky(gram, m);
      if (l === null) return null;
      const lengths = Array.from({ length: m }, (_, i) => l[i * (m + 1)]);
      const isLost = (length: number, i: number): boolean => {
        const square = gram[i * (m + 1)];
        const isUsual = square > SQUARES.least && square < SQUARES.most;
        return !isUsual || length <= DEPENDENT * Math.sqrt(square) || (pass === 0 && length <= floor);
      };
      if (lengths.some(isLost)) return null;
      rows = tensors.matMul(tensors.tensor(inverseOf(l, m), [m, m]), rows);
      if (pass > 0 && lengths.every((length) => length > 0.5)) break;
    }
    return rows;
  });
}

/**
 * A row X `[1, n]` less its parts along the rows of some orthonormal lists, and the norm of what is left: twice is
 * enough, as in `orthogonalise`.
 */
export function orthogonalRow(
  space: DeviceSpace,
  lists: readonly DeviceRows[],
  x: DeviceTensor,
): { readonly row: DeviceTensor; readonly length: number } {
  let row = x;
  let [before] = rowNorms(space, x);
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    row = lists.reduce((rest, list) => list.without(rest), row);
    const [after] = rowNorms(space, row);
    if (pass > 0 && after > 0.5 * before) return { row, length: after };
    before = after;
  }
  return { row, length: before };
}
