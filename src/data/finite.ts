import { DataError } from '../errors.js';
import { complaint } from '../message.js';
import type { FloatArray } from './array.js';

/**
 * Smallest and largest element.
 *
 * @throws DataError when any element is NaN or infinite, with their number and the first place.
 */
export function finiteRange(data: FloatArray, where: string, placeOf: (index: number) => string): [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let first = -1;
  let bad = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value - value !== 0) {
      if (bad++ === 0) first = i;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (bad > 0) {
    const got = `${bad} NaN or infinite, the first (${data[first]}) at ${placeOf(first)}`;
    throw new DataError(complaint(where, 'values must be finite', got, 'Remove or replace them.'));
  }
  return [min, max];
}
