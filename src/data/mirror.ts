import { UsageError } from '../errors.js';
import { complaint } from '../message.js';
import { allocate, type NdArray } from './array.js';
import { valuesOf } from './image.js';
import type { Labels } from './labelled.js';

/** What examples are called by the number of axes of their array. */
function described(shape: readonly number[]): string {
  if (shape.length === 3) return `sequences of ${shape.slice(1).join('x')}`;
  return `rows of ${valuesOf(shape.slice(1))} values`;
}

function checkImages(shape: readonly number[]): void {
  if (shape.length === 4) return;
  throw new UsageError(
    complaint('--flip', 'must come with images', described(shape), 'Give --image HxWxC, HxWx1 where they are grey.'),
  );
}

/** Writes the image at `from` of `data`, mirrored left to right, to `at` of `to`. */
function mirrorInto(x: NdArray, from: number, to: NdArray['data'], at: number): void {
  const [, height, width, channels] = x.shape;
  const last = (width - 1) * channels;
  for (let row = 0; row < height; row++) {
    const start = row * width * channels;
    for (let k = 0; k < width * channels; k += channels) {
      for (let c = 0; c < channels; c++) to[at + start + last - k + c] = x.data[from + start + k + c];
    }
  }
}

/**
 * Images x `[n, h, w, c]` mirrored left to right: a new array of the same shape and precision.
 *
 * @throws UsageError for anything but images
 */
export function mirrored(x: NdArray): NdArray {
  checkImages(x.shape);
  const data = allocate(x.data.length, x.data instanceof Float64Array ? 'f64' : 'f32');
  const size = valuesOf(x.shape.slice(1));
  for (let at = 0; at < data.length; at += size) mirrorInto(x, at, data, at);
  return { data, shape: x.shape };
}

/**
 * Each image of x `[n, h, w, c]` with its mirrored copy behind it: `[2 n, h, w, c]`.
 *
 * @throws UsageError for anything but images
 */
export function withMirrored(x: NdArray): NdArray {
  checkImages(x.shape);
  const [n, ...each] = x.shape;
  const data = allocate(2 * x.data.length, x.data instanceof Float64Array ? 'f64' : 'f32');
  const size = valuesOf(each);
  for (let at = 0; at < x.data.length; at += size) {
    data.set(x.data.subarray(at, at + size), 2 * at);
    mirrorInto(x, at, data, 2 * at + size);
  }
  return { data, shape: [2 * n, ...each] };
}

/** Labels of images with their mirrored copies: each row twice. */
export function labelsTwice(labels: Labels): Labels {
  const [n, ...each] = labels.shape;
  const size = valuesOf(each);
  const data = new Float64Array(2 * labels.data.length);
  for (let row = 0; row < n; row++) {
    const one = labels.data.subarray(row * size, (row + 1) * size);
    data.set(one, 2 * row * size);
    data.set(one, (2 * row + 1) * size);
  }
  return { ...labels, data, shape: [2 * n, ...each] };
}
