import type { Precision } from '../../../src/data/array.js';
import { gaussLegendre } from '../../../src/programme/maps/gauss-legendre.js';
import type { Tensor, Tensors } from '../tensors.js';
import { positive } from '../values.js';
import type { GaussianPairs } from './pairs.js';
import { decayed, scaledTail } from './polynomials.js';

// phi(a) = a for a > 0, exp(a) - 1 below: one variable in closed form, the other by quadrature
// (src/programme/maps/elu.ts).

const INVERSE_ROOT_2PI = 1 / Math.sqrt(2 * Math.PI);
/** 1 - u up to which a difference of products would cost too many digits of the cosine distance. */
export const TAIL_REACH = { f32: 2 ** -9, f64: 2 ** -14 } as const;
/** Entries of the tensors that hold some nodes at once. */
const BATCH = 2 ** 18;
/** Stands for a deviation of 0, by which is divided. */
const NO_SPREAD = { f32: 1e-12, f64: 1e-150 } as const;
/**
 * Of the nodes g: -log of the least, the largest, and how close they lie: errors of 4e-8 and 1e-15, wherever in a scale
 * of its own f changes.
 */
const RULE = {
  f32: { depth: 18, most: 6, closeness: 4.9 },
  f64: { depth: 36, most: 9, closeness: 4.5 },
} as const satisfies Record<Precision, unknown>;

/**
 * Nodes g and weights of E[f(g)], g ~ N(0, 1), with a kink of f at 0 and any number of scales beside it: the
 * trapezoidal rule in t on both half lines, with log g = sqrt(2 c t) - depth.
 *
 * A change of f at g costs exp(-(pi^2 / 2) / step) g with the step in log g: it needs closer nodes the larger g is.
 */
function rule(precision: Precision): readonly (readonly [node: number, weight: number])[] {
  const { depth, most, closeness } = RULE[precision];
  const count = Math.floor((depth + Math.log(most)) ** 2 / (2 * closeness));
  const half = Array.from({ length: count }, (_, k): readonly [number, number] => {
    const rise = Math.sqrt(2 * closeness * (k + 1));
    const g = Math.exp(rise - depth);
    return [g, g * (closeness / rise) * INVERSE_ROOT_2PI * Math.exp((-g * g) / 2)];
  });
  return [...half, ...half.map(([g, weight]): readonly [number, number] => [-g, weight])];
}

/** a | g has the mean m and the deviation sigma = m / h. */
interface Conditional {
  readonly m: Tensor;
  readonly h: Tensor;
  readonly sigma: Tensor;
}

interface Pieces {
  /** exp(-h^2 / 2) */
  readonly density: Tensor;
  /** P(m + sigma g > 0), P(... < 0) */
  readonly more: Tensor;
  readonly less: Tensor;
  /** E[exp(m + sigma g); m + sigma g < 0] */
  readonly tail: Tensor;
}

function pieces(tf: Tensors, { m, h, sigma }: Conditional): Pieces {
  const density = tf.exp(tf.mul(-0.5, tf.square(h)));
  const beyond = (y: Tensor): Tensor =>
    tf.tidy(() => tf.mul(tf.mul(0.5, density), scaledTail(tf, tf.mul(Math.SQRT1_2, tf.abs(y)))));
  const rare = beyond(h);
  const above = tf.greater(h, 0);
  const y = tf.add(h, sigma);
  const whole = tf.exp(tf.neg(positive(tf, tf.neg(tf.add(m, tf.mul(0.5, tf.square(sigma)))))));
  const far = beyond(y);
  return {
    density,
    more: tf.where(above, tf.sub(1, rare), rare),
    less: tf.where(above, rare, tf.sub(1, rare)),
    tail: tf.where(tf.greater(y, 0), far, tf.sub(whole, far)),
  };
}

/**
 * E[f(a) f(b)]: `outer` is f of the variable with the smaller deviation, `inner` the mean of f of the other one given
 * it.
 */
function expectation(
  tf: Tensors,
  { r, s, below, above }: Pick<GaussianPairs, 'r' | 's' | 'below' | 'above'>,
  outer: (a: Tensor) => Tensor,
  inner: (given: Conditional) => Tensor,
): Tensor {
  const [small, large] = [tf.minimum(r, s), tf.maximum(r, s)];
  const mean = tf.mul(tf.sub(1, below), large);
  const spread = tf.mul(large, tf.sqrt(positive(tf, tf.mul(below, above))));
  const sigma = tf.maximum(spread, NO_SPREAD[tf.precision]);
  const ratio = tf.div(mean, sigma);
  const nodes = rule(tf.precision);
  const count = Math.max(1, Math.min(nodes.length, Math.floor(BATCH / below.size)));
  let sum: Tensor = tf.zerosLike(below);
  for (let from = 0; from < nodes.length; from += count) {
    const part = nodes.slice(from, from + count);
    const shape = [part.length, ...below.shape.map(() => 1)];
    const previous = sum;
    sum = tf.tidy(() => {
      const g = tf.tensor(
        Float64Array.from(part, ([node]) => node),
        shape,
      );
      const weights = tf.tensor(
        Float64Array.from(part, ([, weight]) => weight),
        shape,
      );
      const given = inner({ m: tf.mul(mean, g), h: tf.mul(ratio, g), sigma });
      return tf.add(previous, tf.sum(tf.mul(tf.mul(weights, outer(tf.mul(small, g))), given), 0));
    });
    previous.dispose();
  }
  return sum;
}

/** phi(a) - a, which is 0 for a > 0 and of second order below. */
function bend(tf: Tensors, a: Tensor): Tensor {
  const x = positive(tf, tf.neg(a));
  return tf.sub(x, decayed(tf, x));
}

function smoothedBend(tf: Tensors, given: Conditional): Tensor {
  const { density, less, tail } = pieces(tf, given);
  const mean = tf.mul(tf.add(1, given.m), less);
  return tf.add(tf.sub(tail, mean), tf.mul(INVERSE_ROOT_2PI, tf.mul(given.sigma, density)));
}

/** E[phi'(a) - 1] of a variable with the deviation r. */
function meanBendSlope(tf: Tensors, r: Tensor): Tensor {
  return tf.mul(0.5, tf.sub(scaledTail(tf, tf.mul(Math.SQRT1_2, r)), 1));
}

/**
 * E[phi phi] from phi(a) = a + bend(a): K (1 + E[bend'(a)] + E[bend'(b)]) + E[bend bend].
 *
 * So the rounding of the quadrature meets only the last term, which is small where the variances, and with them the
 * whole, are.
 */
export function tailProduct(tf: Tensors, g: GaussianPairs): Tensor {
  const straight = tf.add(1, tf.add(meanBendSlope(tf, g.r), meanBendSlope(tf, g.s)));
  const rest = expectation(
    tf,
    g,
    (a) => bend(tf, a),
    (given) => smoothedBend(tf, given),
  );
  return tf.add(tf.mul(tf.sub(g.rs, g.near), straight), rest);
}

/** E[phi' phi'] */
export function tailSlope(tf: Tensors, g: Pick<GaussianPairs, 'r' | 's' | 'below' | 'above'>): Tensor {
  return expectation(
    tf,
    g,
    (a) => tf.exp(tf.neg(positive(tf, tf.neg(a)))),
    (given) => {
      const { more, tail } = pieces(tf, given);
      return tf.add(more, tail);
    },
  );
}

/**
 * The integral of E[phi' phi'] over [K, rs] by three Gauss points in the root of rs - K, in which it is smooth: phi''
 * has a jump, so that half powers of rs - K appear.
 */
export function eluDistance(tf: Tensors, g: GaussianPairs): Tensor {
  const { nodes, weights } = gaussLegendre(3);
  const slopes = nodes.map((node, i) => {
    const y = (1 + node) / 2;
    const below = tf.mul(y * y, g.below);
    return tf.mul(y * weights[i], tailSlope(tf, { ...g, below, above: tf.sub(2, below) }));
  });
  return tf.mul(
    g.near,
    slopes.reduce((sum, slope) => tf.add(sum, slope)),
  );
}
