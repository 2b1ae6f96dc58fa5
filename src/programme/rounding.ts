import type { Precision } from '../data/array.js';
import type { Gaps } from './evaluate.js';

/**
 * What a number becomes where a precision holds only so many digits of it.
 *
 * The same number must become the same one every time: an input and its copy then stay alike.
 */
export type Rounding = (value: number) => number;

/** No rounding beside that of doubles. */
export const asItIs: Rounding = (value) => value;

/** Unit roundoff of a precision: 2^-53 or 2^-24. */
export const UNIT_ROUNDOFF: Readonly<Record<Precision, number>> = { f64: 2 ** -53, f32: 2 ** -24 };

const one = new Float64Array(1);
const words = new Uint32Array(one.buffer);

/** A number in [-1, 1] from the bits of another one. */
function chance(value: number, salt: number): number {
  one[0] = value;
  let h = Math.imul(words[0] ^ salt, 0x85ebca6b) ^ Math.imul(words[1] + salt, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39);
  return (h ^ (h >>> 16)) / 2 ** 31;
}

/** value (1 + eps u) with the unit roundoff eps of a precision and u in [-1, 1], which depends on the value and on the salt. */
export function perturbation(precision: Precision, salt: number): Rounding {
  const unit = UNIT_ROUNDOFF[precision];
  return (value) => value * (1 + unit * chance(value, salt));
}

/** Rounds the smaller gap of each pair, which carries the digits, and brings the other one to it. */
export function roundGaps({ below, above }: Gaps, rounding: Rounding): void {
  for (let p = 0; p < below.length; p++) {
    if (below[p] <= above[p]) {
      below[p] = rounding(below[p]);
      above[p] = 2 - below[p];
    } else {
      above[p] = rounding(above[p]);
      below[p] = 2 - above[p];
    }
  }
}
