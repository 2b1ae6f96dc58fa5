import type { FloatArray } from '../data/array.js';

/**
 * Accurate signed gap of a near pair: |xh - zh|^2 / 2 for u >= 0, -|xh + zh|^2 / 2 for u < 0, of the unit rows.
 *
 * 1 - cos from an inner product is rounding noise for near pairs; the difference of the rows keeps its digits.
 * `from` and `to` are the first elements of the two rows of `d` features.
 */
export function nearGap(
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

/**
 * 1 - |u| below which a pair is redone: there the rounding of an inner product would cost more than the tolerance.
 */
export const NEAR_THRESHOLD = { f64: 2 ** -11, f32: 2 ** -8 } as const;
