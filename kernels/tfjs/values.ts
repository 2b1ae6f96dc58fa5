import type { FloatArray } from '../../src/data/array.js';
import type { Tensor, Tensors } from './tensors.js';

/** 1 - u of some pairs, and 1 + u where the body's form says so. */
export interface Sides {
  readonly below: Tensor;
  readonly above: Tensor | null;
}

/** Correlations u of the pairs of a tile `[rows, columns]` or of a list `[pairs]`. */
export interface Value extends Sides {
  /** What rounding took from the two sides of a sum in a deep body, where it would add up. */
  readonly lost?: Sides;
}

/** Factor columns of the two rows of each pair, in shapes that stretch to those of the values. */
export interface Factors {
  /** Whether all rows have the same self-kernels. */
  readonly shared: boolean;
  x(column: number): Tensor;
  z(column: number): Tensor;
}

/** 1 + u, known well where it is the smaller side and is kept. */
export function aboveOf(tf: Tensors, { below, above }: Sides): Tensor {
  return above ?? tf.sub(2, below);
}

/**
 * 1 - |u| with all its digits.
 *
 * The product of both sides, each cut to [0, 1], of which one is 1: several times as fast as `minimum` where that has
 * no vector code.
 */
export function smaller(tf: Tensors, { below, above }: Sides): Tensor {
  if (tf.elementary !== null) return above === null ? tf.minimum(below, 1) : tf.minimum(below, above);
  const first = tf.clipByValue(below, 0, 1);
  return above === null ? first : tf.mul(first, tf.clipByValue(above, 0, 1));
}

/** 1 - u and 1 + u of signed cosine distances: 1 - u, or where u < 0 the negative of 1 + u. */
export function bothSides(distances: FloatArray): { readonly below: FloatArray; readonly above: FloatArray } {
  const [below, above] = [distances.slice(), distances.slice()];
  distances.forEach((distance, k) => {
    const negative = distance < 0 || Object.is(distance, -0);
    below[k] = negative ? 2 + distance : distance;
    above[k] = negative ? -distance : 2 - distance;
  });
  return { below, above };
}

const LARGEST = 3.4e38;

/** max(x, 0); in single precision by what has fast code everywhere. */
export function positive(tf: Tensors, x: Tensor): Tensor {
  return tf.precision === 'f64' ? tf.maximum(x, 0) : tf.clipByValue(x, 0, LARGEST);
}

/** u itself: of two sides the difference of both, each cut to [0, 1], of which one is 1. */
export function correlation(tf: Tensors, { below, above }: Sides): Tensor {
  return above === null ? tf.sub(1, below) : tf.sub(tf.clipByValue(above, 0, 1), tf.clipByValue(below, 0, 1));
}

/** Gives the memory of a value back. */
export function disposeValue(value: Value): void {
  for (const tensor of tensorsOf(value)) tensor.dispose();
}

/** All tensors of a value. */
export function tensorsOf({ below, above, lost }: Value): readonly Tensor[] {
  return [below, above, lost?.below, lost?.above].filter((tensor) => tensor !== null && tensor !== undefined);
}
