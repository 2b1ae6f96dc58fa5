import { approximations, SHORT_SINE } from '../../../src/programme/approximations.js';
import type { Tensor, Tensors } from '../tensors.js';

// Elementary functions from sums and products alone, so that every tfjs backend has them with all digits of f32; where
// the backend has them with all digits itself, by those. Each is a tidy of its own: what they need on the way does not
// live longer than they run.

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
  return tf.tidy(() => {
    if (tf.elementary !== null) {
      return tf.mul(2 / Math.PI, tf.elementary.atan2(tf.sqrt(g), tf.sqrt(tf.sub(2, g))));
    }
    return tf.mul(tf.sqrt(g), polynomial(tf, approximations(tf.precision).angle, centred(tf, g)));
  });
}

/** (sin theta - theta cos theta) / pi for 1 - cos theta = g in [0, 1]. */
export function sineOf(tf: Tensors, g: Tensor): Tensor {
  return tf.tidy(() => {
    const cube = tf.mul(tf.sqrt(g), g);
    if (tf.elementary === null) return tf.mul(cube, polynomial(tf, approximations(tf.precision).sine, centred(tf, g)));
    // sqrt(g (2 - g)) / pi - theta / pi (1 - g), which cancels for small g.
    const sine = tf.mul(1 / Math.PI, tf.sqrt(tf.mul(g, tf.sub(2, g))));
    const large = tf.sub(sine, tf.mul(angleOf(tf, g), tf.sub(1, g)));
    const place = tf.sub(tf.mul(2 / SHORT_SINE, g), 1);
    const small = tf.mul(cube, polynomial(tf, approximations(tf.precision).shortSine, place));
    return tf.where(tf.less(g, SHORT_SINE), small, large);
  });
}

/** atan2(y, x) in [0, pi] for y >= 0. */
export function polarAngle(tf: Tensors, y: Tensor, x: Tensor): Tensor {
  if (tf.elementary !== null) return tf.elementary.atan2(y, x);
  return tf.tidy(() => {
    const width = tf.abs(x);
    const steep = tf.greater(y, width);
    const t = tf.tidy(() => tf.div(tf.where(steep, width, y), tf.where(steep, y, width)));
    const square = tf.tidy(() => centred(tf, tf.mul(t, t)));
    const small = tf.mul(t, polynomial(tf, approximations(tf.precision).arcTangent, square));
    const first = tf.where(steep, tf.sub(Math.PI / 2, small), small);
    return tf.where(tf.less(x, 0), tf.sub(Math.PI, first), first);
  });
}

/** atan(y / x) in [-pi/2, pi/2] for x > 0. */
export function slopeAngle(tf: Tensors, y: Tensor, x: Tensor): Tensor {
  if (tf.elementary !== null) return tf.elementary.atan2(y, x);
  return tf.tidy(() => {
    const angle = polarAngle(tf, tf.abs(y), x);
    return tf.where(tf.less(y, 0), tf.neg(angle), angle);
  });
}

/** 1 - exp(-x) for x >= 0. */
export function decayed(tf: Tensors, x: Tensor): Tensor {
  return tf.tidy(() => {
    if (tf.elementary !== null) return tf.neg(tf.elementary.expm1(tf.neg(x)));
    const near = tf.clipByValue(x, 0, 1);
    const small = tf.mul(near, polynomial(tf, approximations(tf.precision).decay, centred(tf, near)));
    return tf.where(tf.less(x, 1), small, tf.sub(1, tf.exp(tf.neg(x))));
  });
}

/** exp(x^2) erfc(x) for x >= 0. */
export function scaledTail(tf: Tensors, x: Tensor): Tensor {
  return tf.tidy(() => {
    const t = tf.div(2, tf.add(x, 2));
    return tf.mul(t, polynomial(tf, approximations(tf.precision).erfcx, centred(tf, t)));
  });
}
