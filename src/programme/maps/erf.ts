import { covariance, type GaussianPair, type SmoothDual } from './dual.js';

/** (1 + 2 K11)(1 + 2 K22) - 4 K^2, without cancellation. */
function determinant(p: GaussianPair): number {
  return 1 + 2 * (p.variance1 + p.variance2) + 4 * p.below * p.above;
}

/**
 * By the difference of two arc tangents: with R^2 the determinant at K and R0^2 that at rs, R - R0 = 4 (rs - K) (rs +
 * K) / (R + R0).
 */
function distance(p: GaussianPair): number {
  const rs = p.deviation1 * p.deviation2;
  const root0 = Math.sqrt(1 + 2 * (p.variance1 + p.variance2));
  const root = Math.sqrt(determinant(p));
  const rise = (4 * p.below * p.above) / (root + root0);
  return (2 / Math.PI) * Math.atan2(2 * (rs * rise + p.below * root0), root0 * root + 4 * rs * covariance(p));
}

/**
 * Dual of erf: E = (2/pi) asin(2 K / sqrt((1 + 2 K11)(1 + 2 K22))), E' = (4/pi) / sqrt((1 + 2 K11)(1 + 2 K22) - 4 K^2).
 *
 * Source: Williams 1997, Computing with infinite networks, eq. 11.
 */
export const erf: SmoothDual = {
  parity: -1,
  resolution: 0.005,
  isWave: false,
  factors: 2,
  square: (q) => (2 / Math.PI) * Math.atan2(2 * q, Math.sqrt(1 + 4 * q)),
  squareSlope: (q) => 4 / (Math.PI * (1 + 2 * q) * Math.sqrt(1 + 4 * q)),
  derivativeSquare: (q) => 4 / (Math.PI * Math.sqrt(1 + 4 * q)),
  spread: (q) => 4 / (Math.PI * (1 + 4 * q) * Math.sqrt(1 + 4 * q)),
  product: (p) => (2 / Math.PI) * Math.atan2(2 * covariance(p), Math.sqrt(determinant(p))),
  distance,
  derivativeProduct: (p) => 4 / (Math.PI * Math.sqrt(determinant(p))),
  secondDerivativeProduct: (p) => (16 * covariance(p)) / (Math.PI * determinant(p) ** 1.5),
};
