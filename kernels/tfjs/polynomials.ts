import { approximations } from '../../src/programme/approximations.js';
import type { Tensor, Tensors } from './tensors.js';

// Elementary functions from sums and products alone, so that every tfjs backend has them with all digits of f32.

/** c_0 + c_1 y + c_2 y^2 + ... */
export function polynomial(tf: Tensors, coefficients: readonly number[], y: Tensor): Tensor {
  const [highest, next, ...rest] = coefficients.toReversed();
  return rest.reduce((sum, c) => tf.add(tf.mul(sum, y), c), tf.add(tf.mul(y, highest), next));
}

/** The argument of the polynomials, 2 w - 1 for w in [0, 1]. */
export function centred(tf: Tensors, w: Tensor): Tensor {
  return tf.sub(tf.add(w, w), 1);
}

/** theta / pi and (sin theta - theta cos theta) / pi for 1 - cos theta = g in [0, 1]; `wanted` says which. */
export function angles(
  tf: Tensors,
  g: Tensor,
  wanted: { readonly angle: boolean; readonly sine: boolean },
): { readonly angle: Tensor | null; readonly sine: Tensor | null } {
  const { angle, sine } = approximations();
  const [root, y] = [tf.sqrt(g), centred(tf, g)];
  return {
    angle: wanted.angle ? tf.mul(root, polynomial(tf, angle, y)) : null,
    sine: wanted.sine ? tf.mul(tf.mul(root, g), polynomial(tf, sine, y)) : null,
  };
}

/** atan2(y, x) in [0, pi] for y >= 0. */
export function polarAngle(tf: Tensors, y: Tensor, x: Tensor): Tensor {
  const width = tf.abs(x);
  const steep = tf.greater(y, width);
  const t = tf.div(tf.where(steep, width, y), tf.where(steep, y, width));
  const small = tf.mul(t, polynomial(tf, approximations().arcTangent, centred(tf, tf.mul(t, t))));
  const first = tf.where(steep, tf.sub(Math.PI / 2, small), small);
  return tf.where(tf.less(x, 0), tf.sub(Math.PI, first), first);
}

/** atan(y / x) in [-pi/2, pi/2] for x > 0. */
export function slopeAngle(tf: Tensors, y: Tensor, x: Tensor): Tensor {
  const angle = polarAngle(tf, tf.abs(y), x);
  return tf.where(tf.less(y, 0), tf.neg(angle), angle);
}

/** 1 - exp(-x) for x >= 0. */
export function decayed(tf: Tensors, x: Tensor): Tensor {
  const near = tf.clipByValue(x, 0, 1);
  const small = tf.mul(near, polynomial(tf, approximations().decay, centred(tf, near)));
  return tf.where(tf.less(x, 1), small, tf.sub(1, tf.exp(tf.neg(x))));
}

/** exp(x^2) erfc(x) for x >= 0. */
export function scaledTail(tf: Tensors, x: Tensor): Tensor {
  const t = tf.div(2, tf.add(x, 2));
  return tf.mul(t, polynomial(tf, approximations().erfcx, centred(tf, t)));
}
