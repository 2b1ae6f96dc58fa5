import type { FloatArray, NdArray } from './array.js';

/** The largest magnitude of `length` elements from `offset`. */
export function largestMagnitude(data: FloatArray, offset: number, length: number): number {
  let largest = 0;
  for (let i = offset; i < offset + length; i++) {
    const magnitude = data[i] < 0 ? -data[i] : data[i];
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}

/** A power of two that brings `magnitude` close to 1, so that squares neither overflow nor underflow; 1 for 0. */
export function balance(magnitude: number): number {
  if (magnitude === 0) return 1;
  return 2 ** -Math.max(-1022, Math.min(1022, Math.floor(Math.log2(magnitude))));
}

/**
 * Norm of `length` elements from `offset`, without overflow or underflow. Scaling them by a power of 2 scales it by
 * exactly that.
 */
export function norm(data: FloatArray, offset: number, length: number): number {
  const factor = balance(largestMagnitude(data, offset, length));
  let sum = 0;
  for (let i = offset; i < offset + length; i++) sum += (data[i] * factor) ** 2;
  return Math.sqrt(sum) / factor;
}

/** Root of the mean square of all elements; tells unscaled rows from scaled ones. */
export function rootMeanSquare({ data }: NdArray): number {
  if (data.length === 0) return 0;
  const factor = balance(largestMagnitude(data, 0, data.length));
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] * factor) ** 2;
  return Math.sqrt(sum / data.length) / factor;
}
