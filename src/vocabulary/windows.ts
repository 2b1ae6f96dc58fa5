import type { Windows } from './steps.js';

/** What a convolution does at the border: wrap round, read zeros, or keep inside. */
export type Padding = 'circular' | 'same' | 'valid';

/**
 * Where the windows of a convolution or pool lie, as TensorFlow and XLA place them; null when a window is larger than a
 * grid without padding.
 *
 * `circular`, `same`: m = ceil(n / stride) outputs, output j reads from j stride - floor(max((m - 1) stride + q - n, 0)
 * / 2) on. `valid`: floor((n - q) / stride) + 1 outputs, from j stride on.
 */
export function placeWindows(
  from: readonly number[],
  filter: readonly number[],
  stride: readonly number[],
  padding: Padding,
): Windows | null {
  if (padding === 'valid' && from.some((n, axis) => filter[axis] > n)) return null;
  const to = from.map((n, axis) =>
    padding === 'valid' ? Math.floor((n - filter[axis]) / stride[axis]) + 1 : Math.ceil(n / stride[axis]),
  );
  const before = from.map((n, axis) =>
    padding === 'valid' ? 0 : Math.floor(Math.max((to[axis] - 1) * stride[axis] + filter[axis] - n, 0) / 2),
  );
  return { from, to, filter, stride, before, wraps: padding === 'circular' };
}

/** One window over a whole grid: its result has one position on every axis. */
export function wholeWindow(from: readonly number[]): Windows {
  const ones = from.map(() => 1);
  return { from, to: ones, filter: from, stride: ones, before: from.map(() => 0), wraps: false };
}

/** Number of positions of a grid; 1 for a vector. */
export function positionCount(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
