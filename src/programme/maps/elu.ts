import { covariance, type GaussianPair, type SmoothDual } from './dual.js';
import { erfcx, erfcxRemainder, normalCdf } from './erfcx.js';
import { gaussLegendre } from './gauss-legendre.js';

const RULE = gaussLegendre(20);
const INVERSE_ROOT_2PI = 1 / Math.sqrt(2 * Math.PI);
/** Beyond this many deviations the Gaussian weight is below 1e-18. */
const REACH = 9;
/** Variances below which the terms of E[phi^2] cancel. */
const SMALL = 0.1;

/** phi(a) - a, which is 0 for a > 0 and of second order below. */
function bend(a: number): number {
  return a > 0 ? 0 : Math.expm1(a) - a;
}

function phiSlope(a: number): number {
  return a > 0 ? 1 : Math.exp(a);
}

/** E[exp(m + sigma g); m + sigma g < 0] for g ~ N(0, 1), without overflow. */
function tail(m: number, sigma: number): number {
  const h = m / sigma;
  const y = h + sigma;
  return y > 0
    ? 0.5 * erfcx(y / Math.SQRT2) * Math.exp((-h * h) / 2)
    : Math.exp(m + (sigma * sigma) / 2) * normalCdf(-y);
}

/** E[bend(m + sigma g)]. */
function smoothedBend(m: number, sigma: number): number {
  if (sigma < 1e-150) return bend(m);
  const h = m / sigma;
  const density = INVERSE_ROOT_2PI * Math.exp((-h * h) / 2);
  return tail(m, sigma) - (1 + m) * normalCdf(-h) + sigma * density;
}

/** E[phi'(m + sigma g)]. */
function smoothedSlope(m: number, sigma: number): number {
  if (sigma < 1e-150) return phiSlope(m);
  return normalCdf(m / sigma) + tail(m, sigma);
}

function phiCurvature(a: number): number {
  return a > 0 ? 0 : Math.exp(a);
}

/** E[phi''(m + sigma g)]. */
function smoothedCurvature(m: number, sigma: number): number {
  return sigma < 1e-150 ? phiCurvature(m) : tail(m, sigma);
}

/** Panel borders on [0, REACH]: geometric from the width of the transition at 0, then of equal size. */
function panels(width: number): number[] {
  const borders = [0];
  for (let v = Math.max(Math.min(width, 1), 1e-12) / 2; v < 0.75; v *= 2.5) borders.push(v);
  for (let v = 0.75; v < REACH; v += 0.75) borders.push(v);
  borders.push(REACH);
  return borders;
}

/**
 * E over (a, b): `inner` of the one with the larger deviation in closed form, `outer` of the other panel by panel with
 * the kink of phi on a border: what the closed form loses is met by an outer bend that is small.
 */
function expectation(
  p: GaussianPair,
  outer: (a: number) => number,
  inner: (m: number, sigma: number) => number,
): number {
  const first = p.deviation1 >= p.deviation2;
  const [r, s] = first ? [p.deviation1, p.deviation2] : [p.deviation2, p.deviation1];
  if (s === 0) return inner(0, r) * outer(0);
  const u = covariance(p) / (r * s);
  const rest = Math.sqrt(p.below * p.above) / (r * s);
  const sigma = r * rest;
  // Two transitions: that of the conditional mean, and phi's own, exp(r g) over 1/r.
  const borders = panels(Math.min(rest / Math.max(Math.abs(u), 1e-3), 1 / r));
  let sum = 0;
  for (let k = 0; k + 1 < borders.length; k++) {
    const half = (borders[k + 1] - borders[k]) / 2;
    const centre = (borders[k + 1] + borders[k]) / 2;
    for (let i = 0; i < RULE.nodes.length; i++) {
      const g = centre + half * RULE.nodes[i];
      const weight = half * RULE.weights[i] * Math.exp((-g * g) / 2);
      sum += weight * (outer(s * g) * inner(u * r * g, sigma) + outer(-s * g) * inner(-u * r * g, sigma));
    }
  }
  return sum * INVERSE_ROOT_2PI;
}

/**
 * E[phi phi] from phi(a) = a + bend(a): K (1 + E[bend'(a)] + E[bend'(b)]) + E[bend bend], where E[bend'] = (erfcx(r /
 * sqrt 2) - 1) / 2. So rounding is relative to K where the variances are small.
 */
function product(p: GaussianPair): number {
  const slopes = erfcx(p.deviation1 / Math.SQRT2) + erfcx(p.deviation2 / Math.SQRT2);
  return (covariance(p) * slopes) / 2 + expectation(p, bend, smoothedBend);
}

const NODES = [0.5 - Math.sqrt(0.15), 0.5, 0.5 + Math.sqrt(0.15)];
const WEIGHTS = [5 / 18, 8 / 18, 5 / 18];

/** By Price's theorem, dE[phi phi]/dK = E[phi' phi'], integrated over [K, rs] by three Gauss points. */
function distance(p: GaussianPair): number {
  const twice = p.below + p.above;
  const at = (below: number): GaussianPair => ({ ...p, below, above: twice - below });
  const slopes = NODES.map((node, i) => WEIGHTS[i] * expectation(at(node * p.below), phiSlope, smoothedSlope));
  return p.below * slopes.reduce((sum, slope) => sum + slope, 0);
}

/**
 * Dual of elu (alpha = 1): one conditional expectation in closed form, the other by Gauss-Legendre panels.
 *
 * The closed form through bivariate normal probabilities (Tsuchida et al. 2021) multiplies probabilities of 1e-10 by
 * exp(K11/2) and loses those digits; the panels do not. phi'' has a jump, so E[phi' phi'] is smooth near K = rs only
 * up to (rs - K)^(3/2): hence the small `resolution`.
 */
export const elu: SmoothDual = {
  parity: 0,
  resolution: 1e-5,
  isWave: false,
  factors: 2,
  square: (q) => {
    const r = Math.sqrt(q);
    return q < SMALL
      ? product({ variance1: q, deviation1: r, variance2: q, deviation2: r, below: 0, above: 2 * q })
      : q / 2 + 0.5 * erfcx(Math.SQRT2 * r) - erfcx(r / Math.SQRT2) + 0.5;
  },
  squareSlope: (q) => {
    const r = Math.sqrt(q);
    return 0.5 + erfcx(Math.SQRT2 * r) - 0.5 * erfcx(r / Math.SQRT2);
  },
  derivativeSquare: (q) => 0.5 + 0.5 * erfcx(Math.sqrt(2 * q)),
  spread: (q) => 0.5 + 0.5 * erfcx(Math.sqrt(2 * q)) - erfcxRemainder(Math.sqrt(2 * q)),
  product,
  distance,
  derivativeProduct: (p) => expectation(p, phiSlope, smoothedSlope),
  secondDerivativeProduct: (p) => expectation(p, phiCurvature, smoothedCurvature),
};
