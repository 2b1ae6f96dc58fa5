import type { Tensor, Tensors } from '../tensors.js';
import type { Value } from '../values.js';
import { type Block, factorX, factorZ } from './block.js';
import type { BothNumbers, Numbers } from './factors.js';
import { pooled, total } from './pooling.js';
import type { WindowPositionPairs } from './position-pairs.js';

/**
 * Mean over the taps of each window, `[position pairs, rows, columns]`; what lies outside counts as 0. For use in a
 * tidy.
 */
export function windowMean(tf: Tensors, value: Tensor, window: WindowPositionPairs): Tensor {
  const { from, to, pooling } = window;
  const [, rows, columns] = value.shape;
  if (pooling === null || from.rectangle === null) return gathered(tf, value, window);
  const { height, width } = from.rectangle;
  const image = tf.reshape(value, [1, height, width, rows * columns]);
  return tf.reshape(pooled(tf, image, pooling), [to.positionPairs.count, rows, columns]);
}

function gathered(tf: Tensors, value: Tensor, { to, taps, table }: WindowPositionPairs): Tensor {
  const [, rows, columns] = value.shape;
  const positionPairs = tf.concat([value, tf.zeros([1, rows, columns])], 0);
  let sum: Tensor | null = null;
  for (let k = 0; k < taps; k++) {
    const before: Tensor | null = sum;
    sum = tf.tidy(() => {
      const list = Int32Array.from({ length: to.positionPairs.count }, (_, c) => table[c * taps + k]);
      const tap = tf.gather(positionPairs, tf.integers(list));
      return before === null ? tap : tf.add(before, tap);
    });
    before?.dispose();
  }
  if (sum === null) return tf.zeros([to.positionPairs.count, rows, columns]);
  return taps === 1 ? sum : tf.mul(sum, 1 / taps);
}

/**
 * Share of tap k of each window: s of what it reads over sqrt(taps) s of the result, 0 outside; `[windows, images]`.
 */
function sharesOf(deviation: Numbers, inverse: Numbers, { read, taps }: WindowPositionPairs, k: number): Numbers {
  const windows = read.length / taps;
  const images = inverse.length / windows;
  const root = 1 / Math.sqrt(taps);
  const result = new Float64Array(inverse.length);
  for (let w = 0; w < windows; w++) {
    const at = read[w * taps + k];
    if (at < 0) continue;
    for (let i = 0; i < images; i++) {
      result[w * images + i] = root * deviation[at * images + i] * inverse[w * images + i];
    }
  }
  return result;
}

/**
 * The factors by which windows share their self-kernels out among their taps, from the deviation of what they read and
 * 1 / that of the result.
 */
export function windowWeights(
  window: WindowPositionPairs,
  deviation: BothNumbers,
  inverse: BothNumbers,
): readonly BothNumbers[] {
  return Array.from({ length: window.taps }, (_, k) => ({
    x: sharesOf(deviation.x, inverse.x, window, k),
    z: sharesOf(deviation.z, inverse.z, window, k),
    shared: null,
  }));
}

/**
 * 1/2 sum over taps of (a - b)^2 for their mixing weights a, b: the cosine distance behind a window of fully correlated
 * positions. A tap that lies inside one image alone has one share 0. For use in a tidy.
 */
export function windowSpread(
  tf: Tensors,
  block: Block,
  { from, to, taps }: WindowPositionPairs,
  mixingWeights: readonly BothNumbers[],
): Tensor {
  const { p, q, count } = to.positionPairs;
  // As many taps at once as make a tensor of the size of what is read.
  const most = Math.max(1, Math.floor(from.positionPairs.count / count));
  let sum: Tensor | null = null;
  for (let first = 0; first < taps; first += most) {
    const before: Tensor | null = sum;
    sum = tf.tidy(() => {
      const part = mixingWeights.slice(first, first + most);
      const a = part.map(({ x }) => factorX(tf, block, x, p));
      const b = part.map(({ z }) => factorZ(tf, block, z, q));
      const squares = part.length === 1 ? tf.squaredDifference(a[0], b[0]) : squareSum(tf, a, b);
      return before === null ? squares : tf.add(before, squares);
    });
    before?.dispose();
  }
  return tf.mul(0.5, sum ?? tf.scalar(0));
}

/** Sum of the squared differences of two lists of factors. */
function squareSum(tf: Tensors, a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  const squares = tf.squaredDifference(tf.stack([...a]), tf.stack([...b]));
  const sum = total(tf, squares);
  return tf.reshape(sum, squares.shape.slice(1));
}

/** The sides of a value that are wanted, each by the same formula. */
export function eachSide(value: Value, formula: (side: Tensor) => Tensor): Value {
  return { below: formula(value.below), above: value.above && formula(value.above) };
}
