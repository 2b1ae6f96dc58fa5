import type { FloatArray } from '../data/array.js';
import { largestMagnitude } from '../data/norm.js';
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
  const limbs = limbsOf(largestMagnitude(data, offset, length));
  let sum = 0;
  for (let k = offset; k < offset + length; k++) {
    const value = limbs === 0 ? data[k] : shifted(data[k], -limbs);
    sum += value * value;
  }
  setExtended(target, i, Math.sqrt(sum), limbs);
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
  if (mantissa[i] === 0) return;
  for (let k = 0; k < length; k++) {
    const value = data[offset + k];
    target[at + k] = (exponent[i] === 0 ? value : shifted(value, -exponent[i])) / mantissa[i];
  }
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
