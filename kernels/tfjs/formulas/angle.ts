import type { Tensor, Tensors } from '../tensors.js';
import { aboveOf, positive, smaller, type Value } from '../values.js';
import { angleOf, sineOf } from './polynomials.js';

/** What is wanted of a map with its derivative: null, or whether both sides are. */
export interface Wanted {
  readonly value: { readonly both: boolean } | null;
  readonly slope: { readonly both: boolean } | null;
}

/** theta / pi from that of |u|. */
function unfolded(tf: Tensors, { below, above }: Value, angle: Tensor): Tensor {
  return above === null ? angle : tf.where(tf.greater(below, 1), tf.sub(1, angle), angle);
}

function sides(tf: Tensors, below: Tensor, both: boolean): Value {
  return { below, above: both ? tf.sub(2, below) : null };
}

/**
 * phi(a) = even |a| + odd a with c = 2 even^2 / (even^2 + odd^2): value and derivative.
 *
 * With g = 1 - |u| and J = (sin theta - theta cos theta) / pi the cosine distance of |a| is g - 2 J on both sides of u
 * = 0 (Cho and Saul 2009, eq. 6), and the shares c / 2 and 1 - c / 2 mix it with that of a. For c = 1 that is min(1 -
 * u, 1) - J.
 */
export function piecewiseLinear(
  tf: Tensors,
  of: Value,
  c: number,
  wanted: Wanted,
): { readonly value: Value | null; readonly slope: Value | null } {
  const g = smaller(tf, of);
  const turned = (both: boolean): Value => {
    const angle = unfolded(tf, of, angleOf(tf, g));
    return sides(tf, c === 1 ? angle : tf.mul(c, angle), both);
  };
  return {
    value: wanted.value && mixed(tf, of, g, sineOf(tf, g), c, wanted.value.both),
    slope: wanted.slope && turned(wanted.slope.both),
  };
}

function mixed(tf: Tensors, of: Value, g: Tensor, sine: Tensor, c: number, both: boolean): Value {
  if (c === 1 || of.above === null) {
    const distance = of.above === null ? g : tf.clipByValue(of.below, 0, 1);
    return sides(tf, positive(tf, tf.sub(distance, c === 1 ? sine : tf.mul(c, sine))), both);
  }
  const even = tf.mul(c / 2, tf.sub(g, tf.mul(2, sine)));
  const below = positive(tf, tf.add(even, tf.mul(1 - c / 2, of.below)));
  if (!both) return { below, above: null };
  return { below, above: positive(tf, tf.add(tf.sub(c, even), tf.mul(1 - c / 2, of.above))) };
}

/** E[1(a > 0) 1(b > 0)] over its self-kernel: cosine distance theta / pi (Cho and Saul 2009, eq. 4). */
export function heaviside(tf: Tensors, of: Value, both: boolean): Value {
  return sides(tf, unfolded(tf, of, angleOf(tf, smaller(tf, of))), both);
}

/** 1 - u v, and 1 + u v. */
export function product(tf: Tensors, left: Value, right: Value, both: boolean): Value {
  const blend = (a: Tensor, b: Tensor): Tensor => tf.sub(tf.add(a, b), tf.mul(a, b));
  const below = blend(left.below, right.below);
  return { below, above: both ? blend(aboveOf(tf, left), right.below) : null };
}
