import type { Correlation } from '../../programme/correlations.js';
import { isSmooth } from '../../programme/maps/index.js';
import type { RowFactors } from '../../programme/self-kernels.js';
import { positionsJoined } from '../../programme/steps/joining.js';
import type { MapStep } from '../../programme/steps/rules.js';
import type { Programme, ScalarMap, Step, ValueId } from '../../vocabulary/steps.js';
import { angleShare, correlationOf, mapSeries } from './map-series.js';
import { addAll, compose, LIMIT, orderFor, type Puiseux, type PuiseuxTerm, power, shifted, times } from './puiseux.js';
import { correlationsAt, selfKernelMapOf, sharesOf } from './steps-at.js';

/** Share of the largest factor below which a factor counts as cancelled. */
const CANCELLED = 1e-12;
/** Powers this close to a whole number are one. */
const WHOLE = 1e-9;

/** asin(x) / x = sum ARC_j x^(2j). */
const ARC = ((): readonly number[] => {
  const out: number[] = [];
  let binomial = 1;
  for (let j = 0; j < 8; j++) {
    out.push(binomial / (2 * j + 1));
    binomial *= (2 * j + 1) / (2 * j + 2);
  }
  return out;
})();

/** theta = 2 asin(sqrt(g / 2)) for an expansion of g = 1 - cos theta. */
function angleOf(g: Puiseux): Puiseux {
  const series = ARC.map((c, j) => c * 2 ** -j);
  return addAll([[Math.SQRT2, times(power(g, 0.5), compose(series, g))]]);
}

/** sin theta - theta cos theta = integral of theta dg. */
function sineMinusOf(g: Puiseux): Puiseux {
  const series = ARC.map((c, j) => (c * 2 ** -j) / (j + 1.5));
  return addAll([[Math.SQRT2, times(power(g, 1.5), compose(series, g))]]);
}

/**
 * Change of a map of the angle from u = 1, or from u = -1 with `mirrored`, where `g` is the distance of u from that
 * end.
 *
 * 1 - share theta / pi for derivatives and the step; even^2 (1 - g + 2 J / pi) + odd^2 (1 - g) for phi = even |a| + odd
 * a.
 */
function angleEnd(phi: ScalarMap, derivative: boolean, g: Puiseux, mirrored: boolean): Puiseux {
  if (derivative || phi.map !== 'piecewiseLinear') {
    return addAll([[((mirrored ? 1 : -1) * angleShare(phi, derivative)) / Math.PI, angleOf(g)]]);
  }
  const [e, o] = [phi.even * phi.even, phi.odd * phi.odd];
  return addAll([
    [(mirrored ? o - e : -(e + o)) / (e + o), g],
    [((2 / Math.PI) * e) / (e + o), sineMinusOf(g)],
  ]);
}

function mapEnd(
  step: MapStep,
  index: number,
  selfKernels: RowFactors,
  at: Correlation,
  delta: Puiseux,
): Puiseux | null {
  const { phi } = step;
  const derivative = step.op === 'dualDerivative';
  const onAngle = !isSmooth(phi);
  if (onAngle && at.below === 0) return angleEnd(phi, derivative, addAll([[-1, delta]]), false);
  if (onAngle && at.above === 0) return angleEnd(phi, derivative, delta, true);
  const u = { at, series: shifted(correlationOf(at), orderFor(delta)) };
  const series = mapSeries(phi, derivative, selfKernelMapOf(selfKernels, index), u)?.series;
  if (series === undefined) return null;
  return compose(
    Float64Array.from(series, (c, j) => (j === 0 ? 0 : c)),
    delta,
  );
}

/** exp(-rate (2 s)^(power/2)) minus its value at s = 0; at the other end |x - z|^2 = 4 - 2 s. */
function radialEnd(step: Extract<Step, { op: 'radial' }>, sign: number): Puiseux {
  const { rate, power: p } = step;
  const exponential = (count: number): number[] => {
    const out = [0, 1];
    for (let j = 2; j < count; j++) out.push(out[j - 1] / j);
    return out;
  };
  if (sign > 0) {
    const term: Puiseux = [{ power: p / 2, factor: -rate * 2 ** (p / 2) }];
    return compose(exponential(orderFor(term) + 1), term);
  }
  const linear: Puiseux = [
    { power: 0, factor: 4 },
    { power: 1, factor: -2 },
  ];
  const inner = addAll([[-rate, power(linear, p / 2)]]).filter((t) => t.power > 0);
  return addAll([[Math.exp(-rate * 2 ** p), compose(exponential(Math.ceil(LIMIT) + 2), inner)]]);
}

/**
 * kappa - kappa(sign) in powers of s = 1 - sign t, where t -> sign = 1 or -1; null where a step has no expansion (elu).
 */
function expansion(programme: Programme, selfKernels: RowFactors, output: ValueId, sign: 1 | -1): Puiseux | null {
  const end = sign > 0 ? { below: 0, above: 2 } : { below: 2, above: 0 };
  const at = correlationsAt(programme, selfKernels, end);
  const deltas: Puiseux[] = [];
  const make = (step: Step, index: number): Puiseux | null => {
    switch (step.op) {
      case 'inner':
        return [{ power: 1, factor: -sign }];
      case 'radial':
        return radialEnd(step, sign);
      case 'sum':
        return addAll(step.terms.map(({ value }, k) => [sharesOf(selfKernels, index)[k], deltas[value]] as const));
      case 'product': {
        const [l, r] = [step.left, step.right];
        return addAll([
          [correlationOf(at[l]), deltas[r]],
          [correlationOf(at[r]), deltas[l]],
          [1, times(deltas[l], deltas[r])],
        ]);
      }
      case 'normalise':
        return deltas[step.of];
      case 'window':
      case 'pool':
      case 'pixel':
        throw positionsJoined(step);
      case 'dual':
      case 'dualDerivative':
        return mapEnd(step, index, selfKernels, at[step.of], deltas[step.of]);
    }
  };
  for (const [index, step] of programme.steps.entries()) {
    const delta = make(step, index);
    if (delta === null) return null;
    deltas.push(delta);
  }
  return deltas[output];
}

/**
 * The terms with powers that are not whole: what makes a kernel's eigenvalues fall like a power.
 *
 * Of a deep network factors grow like a number to their power: each is measured against that before it counts as 0.
 */
function singular(series: Puiseux): readonly PuiseuxTerm[] {
  const terms = series.filter((t) => t.power > 0);
  const growth = Math.max(0, ...terms.map((t) => Math.abs(t.factor) ** (1 / t.power)));
  const size = (t: PuiseuxTerm): number => Math.abs(t.factor) / growth ** t.power;
  return terms.filter((t) => Math.abs(t.power - Math.round(t.power)) > WHOLE && size(t) > CANCELLED);
}

/** Singular parts of a kernel at the two ends of [-1, 1], leading term first. */
export interface Singularities {
  /** Of kappa in powers of 1 - t. */
  readonly near: readonly PuiseuxTerm[];
  /** Of kappa in powers of 1 + t. */
  readonly far: readonly PuiseuxTerm[];
}

/**
 * The terms c (1 - t)^nu and c (1 + t)^nu, nu not whole, of kappa(t) = K / K(x,x) at t = 1 and t = -1, up to nu = 4.5.
 *
 * Found by running the programme on expansions in real powers of the distance to the end. Null for a network with elu.
 * Source: Bietti and Bach 2021, Deep equals shallow, theorem 1.
 */
export function singularities(programme: Programme, selfKernels: RowFactors, output: ValueId): Singularities | null {
  const near = expansion(programme, selfKernels, output, 1);
  const far = expansion(programme, selfKernels, output, -1);
  return near === null || far === null ? null : { near: singular(near), far: singular(far) };
}
