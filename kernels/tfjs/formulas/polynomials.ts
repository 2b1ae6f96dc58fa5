import { approximations } from '../../../src/programme/approximations.js';
import type { Tensor, Tensors } from '../tensors.js';

// Elementary functions from sums and products alone, so that every tfjs backend has them with all digits of f32. Each
// is a tidy of its own: what they need on the way does not live longer than they run.

/** c_0 + c_1 y + c_2 y^2 + ... */
export function polynomial(tf: Tensors, coefficients: readonly number[], y: Tensor): Tensor {
  const [highest, next, ...rest] = coefficients.toReversed();
  let sum = tf.tidy(() => tf.add(tf.mul(y, highest), next));
  for (const c of rest) {
    const before = sum;
    sum = tf.tidy(() => tf.add(tf.mul(before, y), c));
    before.dispose();
  }
  return sum;
}

/** The argument of the polynomials, 2 w - 1 for w in [0, 1]. */
export function centred(tf: Tensors, w: Tensor): Tensor {
  return tf.tidy(() => tf.sub(tf.add(w, w), 1));
}

/** theta / pi for 1 - cos theta = g in [0, 1]. */
export function angleOf(tf: Tensors, g: Tensor): Tensor {
  return tf.tidy(() => tf.mul(tf.sqrt(g), polynomial(tf, approximations().angle, centred(tf, g))));
}

/** (sin theta - theta cos theta) / pi for 1 - cos theta = g in [0, 1]. */
export function sineOf(tf: Tensors, g: Tensor): Tensor {
  return tf.tidy(() => tf.mul(tf.mul(tf.sqrt(g), g), polynomial(tf, approximations().sine, centred(tf, g))));
}

/** atan2(y, x) in [0, pi] for y >= 0. */
export function polarAngle(tf: Tensors, y: Tensor, x: Tensor): Tensor {
  return tf.tidy(() => {
    const width = tf.abs(x);
    const steep = tf.greater(y, width);
    const t = tf.tidy(() => tf.div(tf.where(steep, width, y), tf.where(steep, y, width)));
    const square = tf.tidy(() => centred(tf, tf.mul(t, t)));
    const small = tf.mul(t, polynomial(tf, approximations().arcTangent, square));
    const first = tf.where(steep, tf.sub(Math.PI / 2, small), small);
    return tf.where(tf.less(x, 0), tf.sub(Math.PI, first), first);
  });
}

/** atan(y / x) in [-pi/2, pi/2] for x > 0. */
export function slopeAngle(tf: Tensors, y: Tensor, x: Tensor): Tensor {
  return tf.tidy(() => {
    const angle = polarAngle(tf, tf.abs(y), x);
    return tf.where(tf.less(y, 0), tf.neg(angle), angle);
  });
}

/** 1 - exp(-x) for x >= 0. */
export function decayed(tf: Tensors, x: Tensor): Tensor {
  return tf.tidy(() => {
    const near = tf.clipByValue(x, 0, 1);
    const small = tf.mul(near, polynomial(tf, approximations().decay, centred(tf, near)));
    return tf.where(tf.less(x, 1), small, tf.sub(1, tf.exp(tf.neg(x))));
  });
}

/** exp(x^2) erfc(x) for x >= 0. */
export function scaledTail(tf: Tensors, x: Tensor): Tensor {
  return tf.tidy(() => {
    const t = tf.div(2, tf.add(x, 2));
    return tf.mul(t, polynomial(tf, approximations().erfcx, centred(tf, t)));
  });
}
