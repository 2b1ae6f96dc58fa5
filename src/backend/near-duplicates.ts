import type { FloatArray } from '../data/array.js';
import { balance } from '../data/norm.js';
import type { RadialStep } from '../programme/radial.js';

/**
 * Accurate signed cosine distance of a near-duplicate pair: |xh - zh|^2 / 2 for u >= 0, -|xh + zh|^2 / 2 for u < 0, of
 * the unit rows.
 *
 * 1 - cos from an inner product is rounding noise for near-duplicate pairs; the difference of the rows keeps its
 * digits. `from` and `to` are the first elements of the two rows of `d` features.
 */
export function nearDistance(
  x: FloatArray,
  from: number,
  normX: number,
  z: FloatArray,
  to: number,
  normZ: number,
  d: number,
  negative: boolean,
): number {
  const sign = negative ? -1 : 1;
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const difference = x[from + k] / normX - (sign * z[to + k]) / normZ;
    sum += difference * difference;
  }
  return (sign * sum) / 2;
}

/** Sums of squares between these have all their digits. */
const [LEAST, MOST] = [2 ** -900, 2 ** 900];

/** rate d^power for d = size 2^-shift. */
function decay({ rate, power }: RadialStep, size: number, shift: number): number {
  // Half the power at a time: what overflows or underflows on the way does so in the end.
  const half = 2 ** ((-shift * power) / 2);
  return rate * half * half * size ** power;
}

/**
 * exp(-rate |x - z|^power) of two rows as given, with the digits of the difference of the rows, wherever in the range
 * of a double they lie.
 *
 * From norms and angle the distance of near rows would have no digit that lies below those of the norms.
 * `from` and `to` are the first elements of the rows of `d` features.
 */
export function radialAt(step: RadialStep, x: FloatArray, from: number, z: FloatArray, to: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const difference = x[from + k] - z[to + k];
    sum += difference * difference;
  }
  if (sum > LEAST && sum < MOST) return Math.exp(-decay(step, Math.sqrt(sum), 0));
  let largest = 0;
  for (let k = 0; k < d; k++) largest = Math.max(largest, Math.abs(x[from + k] - z[to + k]));
  if (largest === 0) return 1;
  const factor = balance(Math.min(largest, Number.MAX_VALUE));
  sum = 0;
  for (let k = 0; k < d; k++) {
    const [a, b] = [x[from + k], z[to + k]];
    const difference = largest < Infinity ? (a - b) * factor : a * factor - b * factor;
    sum += difference * difference;
  }
  return Math.exp(-decay(step, Math.sqrt(sum), Math.log2(factor)));
}

/**
 * 1 - |u| below which a pair is redone: there the rounding of an inner product would cost more than the tolerance.
 */
export const NEAR_THRESHOLD = { f64: 2 ** -11, f32: 2 ** -8 } as const;
