import type { Precision } from '../data/array.js';
import type { CosineDistances } from './correlations.js';

/**
 * What a number becomes where a precision holds only so many digits of it.
 *
 * The same number must become the same one every time: an input and its copy then stay alike.
 */
export type Rounding = (value: number) => number;

/** No rounding beside that of doubles. */
export const asItIs: Rounding = (value) => value;

/** Half a unit in the last place of a single, a whole one of a double: half of one would be rounded away again. */
const UNIT: Readonly<Record<Precision, number>> = { f64: 2 ** -52, f32: 2 ** -24 };

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

/** value (1 + eps u) with the eps of a precision and u in [-1, 1], which depends on the value and on the salt. */
function perturbation(precision: Precision, salt: number): Rounding {
  const unit = UNIT[precision];
  return (value) => value * (1 + unit * chance(value, salt));
}

/** How many times what rounding costs `reference` a backend may be off. */
export const EXCUSED = 4;

/** Ways of rounding of which the one that costs most says what a precision cannot hold. */
export function roundings(precision: Precision): readonly Rounding[] {
  const salts = precision === 'f64' ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 2, 3, 4, 5, 6, 7];
  const drawn = salts.map((salt) => perturbation(precision, salt));
  return precision === 'f64' ? drawn : [Math.fround, ...drawn];
}

/** The least that a subtraction within a formula loses, whatever the precision of its result. */
export const lastDigit: Rounding = perturbation('f64', 7);

/** Rounds the smaller cosine distance of each pair, which carries the digits, and brings the other one to it. */
export function roundDistances({ below, above }: CosineDistances, rounding: Rounding): void {
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
