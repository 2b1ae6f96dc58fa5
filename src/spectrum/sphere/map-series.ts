import type { Correlation } from '../../programme/correlations.js';
import { angleDual, isSmooth, type SmoothMap, smoothDual } from '../../programme/maps/index.js';
import { angleWeight } from '../../programme/maps/piecewise-linear.js';
import { angleMap, type SelfKernelMap, smooth, smoothDerivative } from '../../programme/pair.js';
import type { ScalarMap, Step } from '../../vocabulary/steps.js';
import {
  complementPower,
  exponentialOf,
  hyperbolic,
  integrateAlong,
  multiply,
  type PowerSeries,
} from './power-series.js';

/**
 * A correlation as a function: its value at the point of expansion with both cosine distances, and its series in some
 * variable there.
 */
export interface LocalSeries {
  readonly at: Correlation;
  /** `series[0]` is the value at the point. */
  readonly series: PowerSeries;
}

/** u from its cosine distances. */
export function correlationOf({ below, above }: Correlation): number {
  return below <= above ? 1 - below : above - 1;
}

/** Share of the angle in E[phi' phi'] of a map that acts on the angle: 1 - share theta / pi. */
export function angleShare(phi: ScalarMap, derivative: boolean): number {
  return phi.map === 'piecewiseLinear' && derivative ? angleWeight(phi) : 1;
}

/** The value of a map, or of its derivative, at one correlation, for two rows with the same self-kernels. */
export function mapValue(phi: ScalarMap, derivative: boolean, selfKernels: SelfKernelMap, u: Correlation): Correlation {
  const out = { below: 1, above: 1 };
  const [dual, angle] = [smoothDual(phi), angleDual(phi)];
  if (angle !== null) angleMap(angle, phi, derivative, u, out);
  else if (dual !== null && derivative) smoothDerivative(dual, selfKernels, selfKernels, u, out);
  else if (dual !== null) smooth(dual, selfKernels, selfKernels, u, out);
  return out;
}

/** 1 - (r u)^2 from 1 - r and the cosine distances of u. */
function complement(r: number, rest: number, { below, above }: Correlation): number {
  return (rest + r * below) * (rest + r * above);
}

/** 1 - share theta(u) / pi: its slope is share / (pi sqrt(1 - u^2)). */
function angleSeries(start: number, share: number, u: LocalSeries): PowerSeries {
  const root = complementPower(u.series, 1, u.at.below * u.at.above, -0.5);
  return integrateAlong(start, share / Math.PI, root, u.series);
}

/**
 * E[gelu' gelu'] = x y (y^2 / (1+q)^2 + 2 / (1+q)) / (2 pi) + 1/4 + asin(x) / (2 pi), x = q u / (1+q), y = (1 -
 * x^2)^(-1/2): the closed form of `duals/gaussian-gate.ts` for equal variances, in which nothing is subtracted.
 */
function gateDerivative(q: number, u: LocalSeries): PowerSeries {
  const r = q / (1 + q);
  const constant = complement(r, 1 / (1 + q), u.at);
  const y = complementPower(u.series, r, constant, -0.5);
  const cube = complementPower(u.series, r, constant, -1.5);
  const sum = y.map((c, n) => cube[n] / (1 + q) ** 2 + (2 * c) / (1 + q));
  const product = multiply(u.series, sum);
  const x0 = r * u.series[0];
  const arc = integrateAlong(Math.atan2(x0, Math.sqrt(constant)), r, y, u.series);
  return product.map((c, n) => (r * c + arc[n]) / (2 * Math.PI) + (n === 0 ? 0.25 : 0));
}

/** exp(-q) cosh(q u) and exp(-q) sinh(q u). */
function waves(q: number, u: LocalSeries): { readonly cosh: PowerSeries; readonly sinh: PowerSeries } {
  const [minus, plus] = [Math.exp(-q * u.at.below), Math.exp(-q * u.at.above)];
  const u0 = u.series[0];
  const sinh = Math.abs(q * u0) < 1 ? Math.exp(-q) * Math.sinh(q * u0) : (minus - plus) / 2;
  return hyperbolic({ cosh: (minus + plus) / 2, sinh }, q, u.series);
}

/**
 * E[phi' phi'] of the smooth maps for the variance q, not divided by its self-kernel; null for elu, whose dual has no
 * closed form of one variable.
 */
const DERIVATIVES: Readonly<Record<SmoothMap, ((q: number, u: LocalSeries) => PowerSeries) | null>> = {
  erf(q, u) {
    const r = (2 * q) / (1 + 2 * q);
    const y = complementPower(u.series, r, complement(r, 1 / (1 + 2 * q), u.at), -0.5);
    return y.map((c) => ((4 / Math.PI) * c) / (1 + 2 * q));
  },
  gelu: gateDerivative,
  elu: null,
  sine: (q, u) => waves(q, u).cosh,
  cosine: (q, u) => waves(q, u).sinh,
};

/** Whether `mapSeries` knows the map. */
export function hasSeries(phi: ScalarMap): boolean {
  return !isSmooth(phi) || DERIVATIVES[phi.map] !== null;
}

/**
 * E[phi(a) phi(b)], or E[phi'(a) phi'(b)] with `derivative`, relative to its self-kernel, of a correlation u given as a
 * series.
 *
 * The dual follows from its derivative by Price's theorem, d E[phi phi] / dK = E[phi' phi']: no coefficient is ever
 * subtracted, so that a series u without negative coefficients gives one of full relative accuracy. Null for a map
 * without such a series (elu).
 */
export function mapSeries(
  phi: ScalarMap,
  derivative: boolean,
  selfKernels: SelfKernelMap,
  u: LocalSeries,
): LocalSeries | null {
  const at = mapValue(phi, derivative, selfKernels, u.at);
  const start = correlationOf(at);
  if (phi.map === 'heaviside') return { at, series: angleSeries(start, 1, u) };
  if (!isSmooth(phi)) {
    const slope = derivative ? at : mapValue(phi, true, selfKernels, u.at);
    const inner = angleSeries(correlationOf(slope), angleShare(phi, true), u);
    return { at, series: derivative ? inner : integrateAlong(start, 1, inner, u.series) };
  }
  const q = selfKernels.variance;
  const scale = selfKernels.root * selfKernels.root;
  const inner = DERIVATIVES[phi.map]?.(q, u);
  if (inner === undefined) return null;
  if (!(scale > 0)) return { at, series: new Float64Array(u.series.length) };
  return { at, series: derivative ? inner.map((c) => c / scale) : integrateAlong(start, q / scale, inner, u.series) };
}

/**
 * exp(-rate |x - z|^power) on the unit sphere around t = 0, with |x - z|^2 = 2 (1 - t).
 *
 * y' = rate power 2^(power/2 - 1) (1 - t)^(power/2 - 1) y, whose coefficients are at least 0 for power <= 2.
 */
export function radialSeries(step: Extract<Step, { op: 'radial' }>, length: number): PowerSeries {
  const { rate, power } = step;
  const h = new Float64Array(length);
  h[0] = rate * power * 2 ** (power / 2 - 1);
  for (let n = 1; n < length; n++) h[n] = (h[n - 1] * (n - power / 2)) / n;
  return exponentialOf(Math.exp(-rate * 2 ** (power / 2)), h);
}
