import { UsageError } from '../errors.js';
import { complaint, quoted } from '../message.js';
import type { FloatArray, NdArray } from './array.js';

/** Number of values of an example with these sizes. */
export function valuesOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}

/**
 * Parses `HxWxC` (`32x32x3`), or `WxC` for sequences.
 *
 * @throws UsageError when `text` is no such shape.
 */
export function parseImageShape(text: string): readonly number[] {
  const sizes = text.trim().split(/[x×]/i);
  const numbers = sizes.map(Number);
  const valid = sizes.every((size) => /^\d+$/.test(size)) && numbers.every((size) => size > 0);
  if (!valid || numbers.length < 2 || numbers.length > 3 || !Number.isSafeInteger(valuesOf(numbers))) {
    throw new UsageError(
      complaint('image', 'must be HxWxC with whole numbers from 1', quoted(text), 'Write for example 32x32x3.'),
    );
  }
  return numbers;
}

/**
 * The shape `[n, ...image]` of rows `shape` read as images; `shape` itself when `image` is null.
 *
 * @throws UsageError when a row does not hold as many values as the image.
 */
export function imageShape(
  shape: readonly number[],
  image: readonly number[] | null,
  where: string,
): readonly number[] {
  if (image === null) return shape;
  const needed = valuesOf(image);
  const values = valuesOf(shape.slice(1));
  if (needed !== values || image.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw new UsageError(
      complaint(
        where,
        `image ${image.join('x')} needs rows of ${needed} values`,
        `${values}`,
        `Choose sizes whose product is ${values}.`,
      ),
    );
  }
  return [shape[0], ...image];
}

/** The same elements as rows `[n, d]`, whatever the shape of an example. */
export function asVectors<T extends FloatArray>(x: NdArray<T>): NdArray<T> {
  return x.shape.length === 2 ? x : { data: x.data, shape: [x.shape[0], valuesOf(x.shape.slice(1))] };
}
