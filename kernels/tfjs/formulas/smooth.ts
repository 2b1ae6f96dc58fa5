import type { Precision } from '../../../src/data/array.js';
import type { SmoothMap } from '../../../src/programme/maps/index.js';
import type { ScalarMap } from '../../../src/vocabulary/steps.js';
import type { Tensor, Tensors } from '../tensors.js';
import { type Factors, positive, type Value } from '../values.js';
import { type GaussianPairs, pairsOf } from './pairs.js';
import { decayed, polarAngle, slopeAngle } from './polynomials.js';
import { eluDistance, TAIL_REACH, tailProduct, tailSlope } from './tail.js';

type Formula = (tf: Tensors, pairs: GaussianPairs) => Tensor;

/**
 * E[phi phi], what it lacks of its value at K = rs (without cancellation), and E[phi' phi']; src/programme/duals has
 * the formulas.
 */
interface Dual {
  /** How E[phi phi] changes with the sign of K: 1 (even), -1 (odd), 0 (neither); E[phi' phi'] does the opposite. */
  readonly parity: 1 | -1 | 0;
  /** The 1 - u up to which `distance` holds; beyond, `product` is exact enough to be subtracted. Absent: everywhere. */
  readonly reach?: Readonly<Record<Precision, number>>;
  readonly product: Formula;
  readonly distance: Formula;
  readonly slope: Formula;
  /**
   * 1 - E[phi phi] / root at K = rs for the root of both self-kernels, where that has a formula without cancellation;
   * else features have it.
   */
  readonly perfectCorrelation?: (tf: Tensors, pairs: GaussianPairs, root: Tensor) => Tensor;
}

const TWO_PI = 2 * Math.PI;

function covariance(tf: Tensors, { rs, near }: GaussianPairs): Tensor {
  return tf.sub(rs, near);
}

const erf: Dual = {
  parity: -1,
  product: (tf, g) => {
    const root = tf.sqrt(errorDeterminant(tf, g));
    return tf.mul(2 / Math.PI, polarAngle(tf, tf.mul(2, covariance(tf, g)), root));
  },
  distance: (tf, g) => {
    const root0 = tf.sqrt(tf.add(1, tf.mul(2, tf.add(g.p, g.q))));
    const root = tf.sqrt(errorDeterminant(tf, g));
    const rise = tf.div(tf.mul(4, tf.mul(g.near, g.far)), tf.add(root, root0));
    const y = tf.mul(2, tf.add(tf.mul(g.rs, rise), tf.mul(g.near, root0)));
    const x = tf.add(tf.mul(root0, root), tf.mul(4, tf.mul(g.rs, covariance(tf, g))));
    return tf.mul(2 / Math.PI, polarAngle(tf, y, x));
  },
  slope: (tf, g) => tf.div(4 / Math.PI, tf.sqrt(errorDeterminant(tf, g))),
};

function errorDeterminant(tf: Tensors, { p, q, near, far }: GaussianPairs): Tensor {
  return tf.add(tf.add(1, tf.mul(2, tf.add(p, q))), tf.mul(4, tf.mul(near, far)));
}

/**
 * Sums that all formulas of the Gaussian gate have: 1 + p + q, p q, (1 + p)(1 + q), and the root of 1 + p + q + rs^2 -
 * K^2.
 */
function gateTerms(
  tf: Tensors,
  { p, q, near, far }: GaussianPairs,
): {
  readonly first: Tensor;
  readonly t: Tensor;
  readonly all: Tensor;
  readonly both: Tensor;
  readonly square: Tensor;
} {
  const first = tf.add(1, tf.add(p, q));
  const t = tf.mul(p, q);
  const both = tf.mul(near, far);
  return { first, t, all: tf.add(first, t), both, square: tf.add(first, both) };
}

const gelu: Dual = {
  parity: 0,
  product: (tf, g) => {
    const { t, all, square } = gateTerms(tf, g);
    const [k, root] = [covariance(tf, g), tf.sqrt(square)];
    const algebraic = tf.div(tf.add(tf.mul(k, k), tf.mul(t, square)), tf.mul(all, root));
    const turn = tf.mul(k, slopeAngle(tf, k, root));
    return tf.add(tf.div(tf.add(algebraic, turn), TWO_PI), tf.div(k, 4));
  },
  distance: (tf, g) => {
    const { first, t, all, both, square } = gateTerms(tf, g);
    const [root0, root] = [tf.sqrt(first), tf.sqrt(square)];
    const k = covariance(tf, g);
    const roots = tf.mul(root0, root);
    const rise = tf.div(both, tf.add(root, root0));
    const inner = tf.mul(tf.mul(t, rise), tf.sub(tf.div(1, roots), 1));
    const algebraic = tf.div(tf.add(tf.div(both, root), inner), all);
    const y = tf.add(tf.mul(g.rs, rise), tf.mul(g.near, root0));
    const turn = tf.mul(k, polarAngle(tf, y, tf.add(roots, tf.mul(g.rs, k))));
    const straight = tf.mul(g.near, polarAngle(tf, g.rs, root0));
    return tf.add(tf.div(tf.add(tf.add(algebraic, straight), turn), TWO_PI), tf.div(g.near, 4));
  },
  slope: (tf, g) => {
    const { first, all, square } = gateTerms(tf, g);
    const [k, root] = [covariance(tf, g), tf.sqrt(square)];
    const inner = tf.add(tf.div(1, square), tf.div(tf.add(1, first), all));
    const algebraic = tf.mul(tf.div(k, root), inner);
    return tf.add(tf.div(tf.add(algebraic, slopeAngle(tf, k, root)), TWO_PI), 0.25);
  },
};

/** exp(-(r - s)^2 / 2) */
function envelope(tf: Tensors, { difference }: GaussianPairs): Tensor {
  return tf.exp(tf.mul(-0.5, tf.square(difference)));
}

/** exp(-(p + q) / 2) sinh K, K >= 0: no difference of exponentials, which would lose the digits of small variances. */
function sinhProduct(tf: Tensors, g: GaussianPairs): Tensor {
  const larger = tf.mul(tf.mul(0.5, envelope(tf, g)), tf.exp(tf.neg(g.near)));
  return tf.mul(larger, decayed(tf, tf.mul(2, covariance(tf, g))));
}

/** exp(-(p + q) / 2) cosh K */
function coshProduct(tf: Tensors, g: GaussianPairs): Tensor {
  const sum = tf.add(tf.exp(tf.neg(g.near)), tf.exp(tf.neg(g.far)));
  return tf.mul(tf.mul(0.5, envelope(tf, g)), sum);
}

/** exp(-min(p, q)) (1 - exp(-|p - q|)), the difference of exp(-p) and exp(-q). */
function decayBetween(tf: Tensors, { p, q, r, s, difference }: GaussianPairs): Tensor {
  const between = tf.mul(tf.add(r, s), tf.abs(difference));
  return tf.mul(tf.exp(tf.neg(tf.minimum(p, q))), decayed(tf, between));
}

/** (1 - exp(-(r + s)^2)) (1 - exp(-(r - s)^2)) */
function decayProduct(tf: Tensors, { r, s, difference }: GaussianPairs): Tensor {
  return tf.mul(decayed(tf, tf.square(tf.add(r, s))), decayed(tf, tf.square(difference)));
}

/** (r + s)^2 below which the fully correlated cosine distance of sin comes from its series. */
const SERIES_REACH = 0.5;

/**
 * (sinh p sinh q - sinh^2 rs) exp(-p - q) / (F(p) F(q)) of small variances: with u = (p + q)^2, v = 4 p q, t = (p -
 * q)^2 the bracket is v t / 24 (1 + u / 20 + (2 v^2 + 3 v t + 2 t^2) / 1680 + ...).
 */
function sineSeries(tf: Tensors, g: GaussianPairs, root: Tensor): Tensor {
  const { p, q, r, s, rs, difference } = g;
  const sum = tf.add(p, q);
  const v = tf.square(tf.mul(2, rs));
  const t = tf.square(tf.mul(tf.add(r, s), difference));
  const third = tf.add(tf.mul(tf.mul(2, v), v), tf.mul(t, tf.add(tf.mul(3, v), tf.mul(2, t))));
  const series = tf.add(tf.add(1, tf.mul(1 / 20, tf.square(sum))), tf.mul(1 / 1680, third));
  const leading = tf.mul(tf.mul(1 / 6, t), tf.mul(tf.exp(tf.neg(sum)), tf.square(tf.div(rs, root))));
  return tf.mul(leading, series);
}

/**
 * 1 - sinh rs / sqrt(sinh p sinh q) = M / (1 + sinh rs / sqrt(sinh p sinh q)), M = 1 - sinh^2 rs / (sinh p sinh q),
 * where sinh p sinh q - sinh^2 rs = sinh((r + s)^2 / 2) sinh((r - s)^2 / 2) - sinh^2((p - q) / 2).
 *
 * Of small variances that cancels too, hence the series; far apart the definition is exact enough.
 */
function sineApart(tf: Tensors, g: GaussianPairs, root: Tensor): Tensor {
  const u = tf.div(sinhProduct(tf, { ...g, near: tf.zerosLike(g.rs), far: tf.mul(2, g.rs) }), root);
  const all = tf.square(tf.mul(2, root));
  const large = tf.div(tf.sub(decayProduct(tf, g), tf.square(decayBetween(tf, g))), all);
  const sum = tf.square(tf.add(g.r, g.s));
  const closed = tf.where(tf.less(sum, SERIES_REACH), sineSeries(tf, g, root), large);
  const apart = tf.logicalAnd(
    tf.greaterEqual(sum, SERIES_REACH),
    tf.greater(tf.square(g.difference), tf.mul(1 / 16, sum)),
  );
  return positive(tf, tf.where(apart, tf.sub(1, u), tf.div(closed, tf.add(1, u))));
}

/**
 * The same with cosh p cosh q - cosh^2 rs = sinh((r + s)^2 / 2) sinh((r - s)^2 / 2) + sinh^2((p - q) / 2), which never
 * cancels.
 */
function cosineApart(tf: Tensors, g: GaussianPairs, root: Tensor): Tensor {
  const u = tf.div(coshProduct(tf, { ...g, near: tf.zerosLike(g.rs), far: tf.mul(2, g.rs) }), root);
  const sum = tf.add(decayProduct(tf, g), tf.square(decayBetween(tf, g)));
  return tf.div(tf.div(sum, tf.square(tf.mul(2, root))), tf.add(1, u));
}

const sine: Dual = {
  parity: -1,
  product: sinhProduct,
  distance: (tf, g) => {
    const near = tf.mul(tf.mul(0.5, envelope(tf, g)), decayed(tf, g.near));
    return tf.mul(near, tf.add(1, tf.exp(tf.neg(g.far))));
  },
  slope: coshProduct,
  perfectCorrelation: sineApart,
};

const cosine: Dual = {
  parity: 1,
  product: coshProduct,
  distance: (tf, g) => {
    const near = tf.mul(tf.mul(0.5, envelope(tf, g)), decayed(tf, g.near));
    return tf.mul(near, decayed(tf, g.far));
  },
  slope: sinhProduct,
  perfectCorrelation: cosineApart,
};

const elu: Dual = {
  parity: 0,
  reach: TAIL_REACH,
  product: tailProduct,
  distance: eluDistance,
  slope: tailSlope,
};

const DUALS = {
  erf,
  gelu,
  elu,
  sine,
  cosine,
} satisfies Record<SmoothMap, Dual>;

/** Whether the cosine distance of fully correlated rows behind a map comes from features of their variances. */
export function needsFeatures(phi: ScalarMap): boolean {
  return phi.map !== 'piecewiseLinear' && phi.map !== 'heaviside' && !('perfectCorrelation' in DUALS[phi.map]);
}

/** Share of the scale that the mean of two curvatures may be wrong by; stands for a sum of deviations of 0. */
const [ROUNDING, TINY] = [1e-15, 1e-300];

/** A smooth map as an instruction has it: its columns are those of `DeviceTask`. */
export interface SmoothInstruction {
  readonly map: SmoothMap;
  readonly first: number;
  /** Null where there are none and the cosine distance is found by subtraction. */
  readonly features: number | null;
  /** Whether a row has the self-kernel 0. */
  readonly zeros: boolean;
  readonly both: boolean;
}

/** 1 / (root of the self-kernels), 0 for 0. */
function inverseScale(tf: Tensors, column: number, factors: Factors): Tensor {
  const inverse = (root: Tensor): Tensor => tf.where(tf.greater(root, 0), tf.div(1, root), tf.zerosLike(root));
  return tf.mul(inverse(factors.x(column)), inverse(factors.z(column)));
}

/** Half the squared distance of the features: the cosine distance of fully correlated rows. */
function perfectCorrelationDistance(tf: Tensors, column: number, features: number, factors: Factors): Tensor | null {
  let sum: Tensor | null = null;
  for (let k = column; k < column + features; k++) {
    const before: Tensor | null = sum;
    sum = tf.tidy(() => {
      const square = tf.mul(0.5, tf.squaredDifference(factors.x(k), factors.z(k)));
      return before === null ? square : tf.add(before, square);
    });
    before?.dispose();
  }
  return sum;
}

/**
 * The cosine distance of fully correlated rows from their curvatures: near each other the mean of these times (r -
 * s)^2, further apart the definition, which is exact enough there (as src/programme/pair.ts has it).
 */
function byCurvature(tf: Tensors, dual: Dual, pairs: GaussianPairs, of: SmoothInstruction, factors: Factors): Tensor {
  const { r, s, rs, difference } = pairs;
  const scale = tf.mul(factors.x(of.first + 2), factors.z(of.first + 2));
  const curvature = tf.mul(0.5, tf.add(factors.x(of.first + 4), factors.z(of.first + 4)));
  const bend = tf.mul(curvature, tf.square(difference));
  const sum = tf.add(r, s);
  const weight = tf.div(difference, tf.maximum(dual.perfectCorrelation ? tf.minimum(1, sum) : sum, TINY));
  const isNear = tf.less(tf.mul(bend, tf.square(weight)), tf.mul(ROUNDING, scale));
  const whole = tidied(tf, dual.product, {
    ...pairs,
    below: tf.zerosLike(pairs.below),
    above: tf.mul(2, tf.onesLike(pairs.above)),
    near: tf.zerosLike(rs),
    far: tf.mul(2, rs),
  });
  const direct = positive(tf, tf.sub(scale, whole));
  return tf.mul(inverseScale(tf, of.first + 2, factors), tf.where(isNear, bend, direct));
}

/** The cosine distance of fully correlated rows; null where all rows have the same self-kernels. */
function apart(tf: Tensors, dual: Dual, pairs: GaussianPairs, of: SmoothInstruction, factors: Factors): Tensor | null {
  const { perfectCorrelation } = dual;
  if (tf.precision === 'f64') return factors.shared ? null : tf.tidy(() => byCurvature(tf, dual, pairs, of, factors));
  if (perfectCorrelation === undefined) return perfectCorrelationDistance(tf, of.first + 4, of.features ?? 0, factors);
  if (factors.shared) return null;
  return tf.tidy(() => perfectCorrelation(tf, pairs, tf.mul(factors.x(of.first + 2), factors.z(of.first + 2))));
}

function cost(tf: Tensors, dual: Dual, pairs: GaussianPairs, of: SmoothInstruction, factors: Factors): Tensor {
  const scale = inverseScale(tf, of.first + 2, factors);
  const direct = (): Tensor => positive(tf, tf.sub(1, tf.mul(scale, tidied(tf, dual.product, pairs))));
  if (of.features === null && dual.perfectCorrelation === undefined) return direct();
  const start = apart(tf, dual, pairs, of, factors);
  const near = (): Tensor => {
    const distance = tf.mul(scale, tidied(tf, dual.distance, pairs));
    return start === null ? distance : tf.add(start, distance);
  };
  const reach = dual.reach?.[tf.precision];
  if (reach === undefined) return near();
  const [[least], [most]] = [tf.min(pairs.below), tf.max(pairs.below)].map((x) => tf.readSync(x));
  if (most <= reach) return near();
  return least > reach ? direct() : tf.where(tf.lessEqual(pairs.below, reach), near(), direct());
}

/** A formula of which nothing but the result stays. */
function tidied(tf: Tensors, formula: Formula, pairs: GaussianPairs): Tensor {
  return tf.tidy(() => formula(tf, pairs));
}

/** Rows without an self-kernel have no correlation: cosine distance 1. */
function withoutZeros(tf: Tensors, value: Value, of: SmoothInstruction, factors: Factors): Value {
  if (!of.zeros) return value;
  const live = tf.logicalAnd(tf.greater(factors.x(of.first + 2), 0), tf.greater(factors.z(of.first + 2), 0));
  const one = (side: Tensor): Tensor => tf.where(live, side, tf.onesLike(side));
  return { below: one(value.below), above: value.above && one(value.above) };
}

/** E[phi phi] of a smooth map over its self-kernels. */
export function smooth(tf: Tensors, input: Value, of: SmoothInstruction, factors: Factors): Value {
  const dual: Dual = DUALS[of.map];
  const distance = cost(tf, dual, pairsOf(tf, input, of.first, factors, dual.parity !== 0), of, factors);
  const isOdd = dual.parity === -1 && input.above !== null;
  const negative = tf.greater(input.below, 1);
  const side = (smallWhenNegative: boolean): Tensor => {
    const [far, near] = [tf.sub(2, distance), distance];
    if (!isOdd) return smallWhenNegative ? far : near;
    return smallWhenNegative ? tf.where(negative, near, far) : tf.where(negative, far, near);
  };
  return withoutZeros(tf, { below: side(false), above: of.both ? side(true) : null }, of, factors);
}

/** E[phi' phi'] of a smooth map over its self-kernels. */
export function smoothSlope(tf: Tensors, input: Value, of: SmoothInstruction, factors: Factors): Value {
  const dual: Dual = DUALS[of.map];
  const pairs = pairsOf(tf, input, of.first, factors, dual.parity !== 0);
  const value = tf.mul(inverseScale(tf, of.first + 2, factors), tidied(tf, dual.slope, pairs));
  const turned = dual.parity === 1 && input.above !== null;
  const u = turned ? tf.where(tf.greater(input.below, 1), tf.neg(value), value) : value;
  return { below: positive(tf, tf.sub(1, u)), above: of.both ? positive(tf, tf.add(1, u)) : null };
}
