import type { PositionPairs } from '../../../src/programme/images/position-pairs.js';
import type { Windows } from '../../../src/vocabulary/steps.js';
import type { Tensor, Tensors } from '../tensors.js';

/** A rectangle of a grid of positions. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Windows on one axis of a rectangle. */
export interface AxisPooling {
  readonly filter: number;
  readonly stride: number;
  /** Rows beyond the two ends that the windows reach; negative where they leave rows out. */
  readonly before: number;
  readonly after: number;
  /** Whether what lies beyond comes from the other end; else it is 0. */
  readonly wraps: boolean;
}

/** Window means on a rectangle as the pooling of an image. */
export type Pooling = readonly [AxisPooling, AxisPooling];

/** The rectangle of the first positions of some position pairs, if they form one and each has one second position. */
export function rectangleOf({ count, p }: PositionPairs, gridWidth: number): Rectangle | null {
  if (count === 0) return null;
  const [top, left] = [Math.floor(p[0] / gridWidth), p[0] % gridWidth];
  const last = p[count - 1];
  const [height, width] = [Math.floor(last / gridWidth) - top + 1, (last % gridWidth) - left + 1];
  if (width < 1 || height * width !== count) return null;
  for (let c = 0; c < count; c++) {
    if (p[c] !== (top + Math.floor(c / width)) * gridWidth + left + (c % width)) return null;
  }
  return { top, left, height, width };
}

/** The windows between two rectangles, on two axes. */
export function poolingOf({ filter, stride, before, wraps }: Windows, from: Rectangle, to: Rectangle): Pooling {
  const axis = (a: 0 | 1, start: number, size: number, outputStart: number, outputs: number): AxisPooling => {
    const first = before[a] + start - outputStart * stride[a];
    const after = (outputs - 1) * stride[a] + filter[a] - first - size;
    return { filter: filter[a], stride: stride[a], before: first, after, wraps };
  };
  return [axis(0, from.top, from.height, to.top, to.height), axis(1, from.left, from.width, to.left, to.width)];
}

function readOn({ stride, before, wraps }: AxisPooling, output: number, tap: number, size: number): number {
  const at = output * stride + tap - before;
  if (wraps) return ((at % size) + size) % size;
  return at >= 0 && at < size ? at : -1;
}

/**
 * Whether a pooling reads exactly the position pairs of a table `[position pairs, taps]`, in which the count of
 * position pairs stands for nothing.
 */
export function readsLike([rows, columns]: Pooling, from: Rectangle, to: Rectangle, table: Int32Array): boolean {
  const none = from.height * from.width;
  let at = 0;
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      for (let k = 0; k < rows.filter; k++) {
        const row = readOn(rows, y, k, from.height);
        for (let l = 0; l < columns.filter; l++) {
          const column = readOn(columns, x, l, from.width);
          if (table[at++] !== (row < 0 || column < 0 ? none : row * from.width + column)) return false;
        }
      }
    }
  }
  return true;
}

/** Rows `begin .. end` of an axis that goes on round its ends. */
function wrapped(tf: Tensors, x: Tensor, axis: number, begin: number, end: number): Tensor {
  const size = x.shape[axis];
  const parts: Tensor[] = [];
  for (let at = begin; at < end; ) {
    const inside = ((at % size) + size) % size;
    const length = Math.min(end - at, size - inside);
    parts.push(sliced(tf, x, axis, inside, length));
    at += length;
  }
  return parts.length === 1 ? parts[0] : tf.concat(parts, axis);
}

function sliced(tf: Tensors, x: Tensor, axis: number, begin: number, length: number): Tensor {
  if (length === x.shape[axis]) return x;
  const starts = x.shape.map((_, a) => (a === axis ? begin : 0));
  const sizes = x.shape.map((n, a) => (a === axis ? length : n));
  return tf.slice(x, starts, sizes);
}

/** An image `[1, height, width, channels]` as far as its windows reach. */
function reached(tf: Tensors, image: Tensor, pooling: Pooling): Tensor {
  const zeros: [number, number][] = [[0, 0]];
  let inside = image;
  pooling.forEach(({ before, after, wraps }, a) => {
    const size = inside.shape[a + 1];
    const [begin, end] = wraps ? [-before, size + after] : [Math.max(0, -before), size + Math.min(0, after)];
    zeros.push(wraps ? [0, 0] : [Math.max(0, before), Math.max(0, after)]);
    inside = wrapped(tf, inside, a + 1, begin, end);
  });
  zeros.push([0, 0]);
  return zeros.some(([a, b]) => a > 0 || b > 0) ? tf.pad(inside, zeros) : inside;
}

/** Taps of a pooling that are added up at once; larger windows take one axis after the other, which rounds less. */
const AT_ONCE = 16;

function mean(tf: Tensors, image: Tensor, filter: [number, number], stride: [number, number]): Tensor {
  return tf.windowMean(image, filter, stride);
}

/** Whether one window holds the whole image. */
function isWhole(image: Tensor, pooling: Pooling): boolean {
  return pooling.every(({ filter, before, after }, a) => before === 0 && after === 0 && filter === image.shape[a + 1]);
}

/** Window means on pixels `[1, height, width, channels]`. For use in a tidy. */
export function pooled(tf: Tensors, image: Tensor, pooling: Pooling): Tensor {
  const [rows, columns] = pooling;
  if (isWhole(image, pooling) && rows.filter * columns.filter > AT_ONCE) {
    const [, height, width, channels] = image.shape;
    const sum = total(tf, tf.reshape(image, [height * width, channels]));
    return tf.reshape(tf.mul(sum, 1 / (height * width)), [1, 1, 1, channels]);
  }
  const all = reached(tf, image, pooling);
  if (rows.filter * columns.filter <= AT_ONCE || rows.filter === 1 || columns.filter === 1) {
    return mean(tf, all, [rows.filter, columns.filter], [rows.stride, columns.stride]);
  }
  return mean(tf, mean(tf, all, [rows.filter, 1], [rows.stride, 1]), [1, columns.filter], [1, columns.stride]);
}

/** Terms of a level of a sum. */
const FAN = 8;

/**
 * Sum over the first axis of `[position pairs, ...]`, level by level, so that rounding grows with their number:
 * `[1, ...]`. For use in a tidy.
 */
export function total(tf: Tensors, x: Tensor): Tensor {
  const [count, ...rest] = x.shape;
  const channels = rest.reduce((a, b) => a * b, 1);
  let sum: Tensor = tf.reshape(x, [1, count, 1, channels]);
  let factor = 1;
  for (let n = count; n > 1; n = Math.ceil(n / FAN)) {
    const fan = Math.min(n, FAN);
    const missing = Math.ceil(n / fan) * fan - n;
    const even =
      missing === 0
        ? sum
        : tf.pad(sum, [
            [0, 0],
            [0, missing],
            [0, 0],
            [0, 0],
          ]);
    sum = mean(tf, even, [fan, 1], [fan, 1]);
    factor *= fan;
  }
  return tf.reshape(factor === 1 ? sum : tf.mul(sum, factor), [1, ...rest]);
}
