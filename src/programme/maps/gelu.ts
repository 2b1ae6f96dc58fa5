import { covariance, type GaussianPair, type SmoothDual } from './dual.js';

const TWO_PI = 2 * Math.PI;

function product(p: GaussianPair): number {
  const k = covariance(p);
  const s = p.variance1 + p.variance2;
  const t = p.variance1 * p.variance2;
  const square = 1 + s + p.below * p.above;
  const root = Math.sqrt(square);
  return ((k * k + t * square) / ((1 + s + t) * root) + k * Math.atan2(k, root)) / TWO_PI + k / 4;
}

function derivativeProduct(p: GaussianPair): number {
  const k = covariance(p);
  const s = p.variance1 + p.variance2;
  const t = p.variance1 * p.variance2;
  const square = 1 + s + p.below * p.above;
  const root = Math.sqrt(square);
  return (k / (TWO_PI * root)) * (1 / square + (2 + s) / (1 + s + t)) + 0.25 + Math.atan2(k, root) / TWO_PI;
}

/**
 * E[phi'' phi''] with phi''(a) = (2 - a^2) exp(-a^2 / 2) / sqrt(2 pi): the two exponentials turn the covariance S into
 * S (1 + S)^-1, which has the variances v, w and the covariance c, and leave 1 / (2 pi D).
 */
function secondDerivativeProduct(p: GaussianPair): number {
  const k = covariance(p);
  const both = p.below * p.above;
  const square = 1 + p.variance1 + p.variance2 + both;
  const [v, w, c] = [(p.variance1 + both) / square, (p.variance2 + both) / square, k / square];
  return (4 - 2 * (v + w) + v * w + 2 * c * c) / (TWO_PI * Math.sqrt(square));
}

/**
 * Term by term, with D0 = D at K = rs, D - D0 = (rs - K) (rs + K) / (D + D0), and the difference of the arc tangents as
 * one.
 */
function distance(p: GaussianPair): number {
  const rs = p.deviation1 * p.deviation2;
  const k = covariance(p);
  const s = p.variance1 + p.variance2;
  const t = p.variance1 * p.variance2;
  const both = p.below * p.above;
  const root0 = Math.sqrt(1 + s);
  const root = Math.sqrt(1 + s + both);
  const rise = both / (root + root0);
  const algebraic = (both / root + t * rise * (1 / (root0 * root) - 1)) / (1 + s + t);
  const turn = Math.atan2(rs * rise + p.below * root0, root0 * root + rs * k);
  return (algebraic + p.below * Math.atan2(rs, root0) + k * turn) / TWO_PI + p.below / 4;
}

function derivativeSquare(q: number): number {
  const d = Math.sqrt(1 + 2 * q);
  return 0.25 + (Math.atan2(q, d) + (q / d) * (1 / (d * d) + 2 / (1 + q))) / TWO_PI;
}

function derivativeSquareSlope(q: number): number {
  const d = Math.sqrt(1 + 2 * q);
  const h = 1 / (d * d) + 2 / (1 + q);
  const hSlope = -2 / d ** 4 - 2 / (1 + q) ** 2;
  return (1 / (d * (1 + q)) + ((1 + q) / d ** 3) * h + (q / d) * hSlope) / TWO_PI;
}

/**
 * Dual of the exact gelu a Phi(a).
 *
 * With D = sqrt((1 + K11)(1 + K22) - K^2): E = [(K^2 + K11 K22 D^2) / ((1 + K11)(1 + K22) D) + K atan2(K, D)] / (2 pi)
 * + K/4. Source: Tsuchida et al. 2021, Avoiding kernel fixed points, Prop. 2.
 */
export const gelu: SmoothDual = {
  parity: 0,
  resolution: 0.005,
  isWave: false,
  factors: 3,
  square: (q) => {
    const d = Math.sqrt(1 + 2 * q);
    return q / 4 + ((2 * q * q) / ((1 + q) * d) + q * Math.atan2(q, d)) / TWO_PI;
  },
  squareSlope: (q) => {
    const d = Math.sqrt(1 + 2 * q);
    const inner = (4 * q) / ((1 + q) * d) - (2 * q * q) / ((1 + q) ** 2 * d) - (2 * q * q) / ((1 + q) * d ** 3);
    return 0.25 + (inner + Math.atan2(q, d) + q / (d * (1 + q))) / TWO_PI;
  },
  derivativeSquare,
  spread: (q) => derivativeSquare(q) + 2 * q * derivativeSquareSlope(q),
  product,
  distance,
  derivativeProduct,
  secondDerivativeProduct,
};
