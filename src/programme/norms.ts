import type { FloatArray } from '../data/array.js';
import { type Extended, extendedZeros, setExtended } from './extended-exponent.js';

/** value 2^(512 limbs), in two factors since one alone may be past a double; exact unless the result is. */
function shifted(value: number, limbs: number): number {
  const half = 2 ** (256 * limbs);
  return value * half * half;
}

/**
 * The limbs of `largest`, the largest magnitude of a vector: scaled down by so many, its square is an ordinary number.
 */
function limbsOf(largest: number): number {
  if (largest >= 2 ** 256) return largest >= 2 ** 768 ? 2 : 1;
  if (largest >= 2 ** -256 || largest === 0) return 0;
  return largest >= 2 ** -768 ? -1 : -2;
}

/**
 * Stores in row `i` the norm of `length` elements from `offset`, with all its digits wherever in the range of a double
 * they lie.
 */
export function setNorm(target: Extended, i: number, data: FloatArray, offset: number, length: number): void {
  // Nearly all rows are ordinary numbers, whose squares are: one look at them.
  let largest = 0;
  let sum = 0;
  for (let k = offset; k < offset + length; k++) {
    const value = data[k];
    const magnitude = value < 0 ? -value : value;
    if (magnitude > largest) largest = magnitude;
    sum += value * value;
  }
  const limbs = limbsOf(largest);
  setExtended(target, i, Math.sqrt(limbs === 0 ? sum : shiftedSum(data, offset, length, -limbs)), limbs);
}

/** Sum of the squares of `length` elements from `offset`, each times 2^(512 limbs). */
function shiftedSum(data: FloatArray, offset: number, length: number, limbs: number): number {
  let sum = 0;
  for (let k = offset; k < offset + length; k++) {
    const value = shifted(data[k], limbs);
    sum += value * value;
  }
  return sum;
}

/** Norms of `rows` vectors of `length` elements from `offset`: `[rows]`. */
export function extendedNorms(data: FloatArray, rows: number, length: number, offset = 0): Extended {
  const norms = extendedZeros(rows);
  for (let i = 0; i < rows; i++) setNorm(norms, i, data, offset + i * length, length);
  return norms;
}

/** Stores at `at` of `target` the vector whose norm stands in row `i`, divided by it; a zero vector stays 0. */
export function setUnit(
  target: FloatArray,
  at: number,
  data: FloatArray,
  offset: number,
  length: number,
  { mantissa, exponent }: Extended,
  i: number,
): void {
  const [norm, limbs] = [mantissa[i], exponent[i]];
  if (norm === 0) return;
  if (limbs === 0) for (let k = 0; k < length; k++) target[at + k] = data[offset + k] / norm;
  else for (let k = 0; k < length; k++) target[at + k] = shifted(data[offset + k], -limbs) / norm;
}

/**
 * Rows `[n, length]` over the powers of two of their norms, so that these are the mantissas; the same array where no
 * norm leaves the middle of the range of a double. Digits are lost only of elements that lie 200 orders of magnitude
 * below the norm.
 */
export function balancedRows(data: FloatArray, length: number, { exponent }: Extended): FloatArray {
  if (exponent.every((limbs) => limbs === 0)) return data;
  return Float64Array.from(data, (value, k) => shifted(value, -exponent[Math.floor(k / length)]));
}
