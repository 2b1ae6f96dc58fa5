import { covariance, type GaussianPair, type SmoothDual } from './dual.js';

/** [exp(-|a-b|^2/2), exp(-|a+b|^2/2)] in expectation: the two exponentials that every wave kernel is made of. */
function exponentials(p: GaussianPair): readonly [number, number] {
  const spread = (p.deviation1 - p.deviation2) ** 2;
  return [Math.exp(-(spread + 2 * p.below) / 2), Math.exp(-(spread + 2 * p.above) / 2)];
}

function sineProduct(p: GaussianPair): number {
  const k = covariance(p);
  if (Math.abs(k) < 1) return Math.exp(-(p.variance1 + p.variance2) / 2) * Math.sinh(k);
  const [minus, plus] = exponentials(p);
  return (minus - plus) / 2;
}

function cosineProduct(p: GaussianPair): number {
  const [minus, plus] = exponentials(p);
  return (minus + plus) / 2;
}

/**
 * E at K = rs minus E at K: exp(-(r-s)^2/2) (1 - exp(-(rs-K))) (1 +- exp(-(rs+K))) / 2, plus for sin and minus for cos.
 */
function waveDistance(p: GaussianPair, plus: boolean): number {
  const near = (Math.exp(-((p.deviation1 - p.deviation2) ** 2) / 2) * -Math.expm1(-p.below)) / 2;
  return near * (plus ? 1 + Math.exp(-p.above) : -Math.expm1(-p.above));
}

/** Dual of sin: E[sin a sin b] = exp(-(K11 + K22)/2) sinh K, E[cos a cos b] = exp(-(K11 + K22)/2) cosh K. */
export const sine: SmoothDual = {
  parity: -1,
  resolution: 0.005,
  isWave: true,
  factors: 1,
  square: (q) => -Math.expm1(-2 * q) / 2,
  squareSlope: (q) => Math.exp(-2 * q),
  derivativeSquare: (q) => (1 + Math.exp(-2 * q)) / 2,
  spread: (q) => (1 + (1 - 4 * q) * Math.exp(-2 * q)) / 2,
  product: sineProduct,
  distance: (p) => waveDistance(p, true),
  derivativeProduct: cosineProduct,
  secondDerivativeProduct: sineProduct,
};

/** Dual of cos: the two expectations of `sine` in the other order. */
export const cosine: SmoothDual = {
  parity: 1,
  resolution: 0.005,
  isWave: true,
  factors: 1,
  square: (q) => (1 + Math.exp(-2 * q)) / 2,
  squareSlope: (q) => -Math.exp(-2 * q),
  derivativeSquare: (q) => -Math.expm1(-2 * q) / 2,
  spread: (q) => 2 * q * Math.exp(-2 * q) - Math.expm1(-2 * q) / 2,
  product: cosineProduct,
  distance: (p) => waveDistance(p, false),
  derivativeProduct: sineProduct,
  secondDerivativeProduct: cosineProduct,
};
