import type { Tensor, Tensors } from '../tensors.js';
import { aboveOf, type Factors, smaller, type Value } from '../values.js';

/**
 * Correlated Gaussians as a dual sees them: variances p and q, their roots r and s, cosine distances `below` and
 * `above` of the correlation, and these times rs: rs - K = near, rs + K = far; r - s with the digits that rounding
 * takes from roots of large variances. Even and odd maps see K >= 0 only.
 */
export interface GaussianPairs {
  readonly p: Tensor;
  readonly q: Tensor;
  readonly r: Tensor;
  readonly s: Tensor;
  readonly difference: Tensor;
  readonly rs: Tensor;
  readonly below: Tensor;
  readonly above: Tensor;
  readonly near: Tensor;
  readonly far: Tensor;
}

/**
 * The Gaussians of all pairs, whose variance and its root are the columns from `first`; `mirrored` to the side where K
 * >= 0.
 */
export function pairsOf(tf: Tensors, of: Value, first: number, factors: Factors, mirrored: boolean): GaussianPairs {
  const [p, q] = [factors.x(first), factors.z(first)];
  const [r, s] = [factors.x(first + 1), factors.z(first + 1)];
  const rs = tf.mul(r, s);
  const difference = tf.add(tf.sub(r, s), tf.sub(factors.x(first + 3), factors.z(first + 3)));
  const below = mirrored ? smaller(tf, of) : of.below;
  const above = mirrored ? tf.sub(2, below) : aboveOf(tf, of);
  return { p, q, r, s, difference, rs, below, above, near: tf.mul(rs, below), far: tf.mul(rs, above) };
}
