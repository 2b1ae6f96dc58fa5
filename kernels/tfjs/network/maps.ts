import type { ScalarMap } from '../../../src/vocabulary/steps.js';
import type { Tensor, Tensors } from '../tensors.js';

/** A function of numbers with its derivative; at a kink, at 0, the derivative is 0. */
interface TensorMap {
  value(tf: Tensors, a: Tensor): Tensor;
  slope(tf: Tensors, a: Tensor): Tensor;
}

type Table = {
  readonly [K in ScalarMap['map']]: (phi: Extract<ScalarMap, { readonly map: K }>) => TensorMap;
};

/** Factors of numbers above and below 0, and 0 at it. */
function sides(tf: Tensors, a: Tensor, up: number, down: number): Tensor {
  const above = tf.mul(tf.step(a), up);
  return down === 0 ? above : tf.add(above, tf.mul(tf.step(tf.neg(a)), down));
}

/** P(Z <= a) of a standard normal number. */
function normalCdf(tf: Tensors, a: Tensor): Tensor {
  return tf.mul(0.5, tf.add(1, tf.erf(tf.mul(a, Math.SQRT1_2))));
}

const MAPS: Table = {
  piecewiseLinear({ even, odd }) {
    const slope = (tf: Tensors, a: Tensor): Tensor => sides(tf, a, odd + even, odd - even);
    return { value: (tf, a) => tf.mul(a, slope(tf, a)), slope };
  },
  heaviside: () => ({ value: (tf, a) => tf.step(a), slope: (tf, a) => tf.zerosLike(a) }),
  erf: () => ({
    value: (tf, a) => tf.erf(a),
    slope: (tf, a) => tf.mul(2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(a)))),
  }),
  gelu: () => ({
    value: (tf, a) => tf.mul(a, normalCdf(tf, a)),
    slope: (tf, a) => {
      const density = tf.div(tf.exp(tf.mul(-0.5, tf.square(a))), Math.sqrt(2 * Math.PI));
      return tf.add(normalCdf(tf, a), tf.mul(a, density));
    },
  }),
  elu: () => ({
    value: (tf, a) => tf.add(tf.maximum(a, 0), tf.expm1(tf.minimum(a, 0))),
    slope: (tf, a) => tf.exp(tf.minimum(a, 0)),
  }),
  sine: () => ({ value: (tf, a) => tf.sin(a), slope: (tf, a) => tf.cos(a) }),
  cosine: () => ({ value: (tf, a) => tf.cos(a), slope: (tf, a) => tf.neg(tf.sin(a)) }),
};

/** phi and phi' of a scalar map as tensor operations. */
export function tensorMap<K extends ScalarMap['map']>(phi: Extract<ScalarMap, { readonly map: K }>): TensorMap {
  const make: (phi: Extract<ScalarMap, { readonly map: K }>) => TensorMap = MAPS[phi.map as K];
  return make(phi);
}
