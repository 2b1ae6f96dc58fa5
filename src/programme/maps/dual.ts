/**
 * A pair of correlated Gaussians (a, b) as a dual function sees it.
 *
 * The covariance is K = rs - below = above - rs with rs = sqrt(K11 K22); the smaller of the two cosine distances
 * carries the digits.
 */
export interface GaussianPair {
  /** Variance and standard deviation of a. */
  readonly variance1: number;
  readonly deviation1: number;
  /** Variance and standard deviation of b. */
  readonly variance2: number;
  readonly deviation2: number;
  /** rs - K >= 0. */
  readonly below: number;
  /** rs + K >= 0. */
  readonly above: number;
}

/** K of a pair, from the cosine distance that is the smaller one. */
export function covariance(p: GaussianPair): number {
  const rs = p.deviation1 * p.deviation2;
  return p.below <= p.above ? rs - p.below : p.above - rs;
}

/**
 * What is known of a smooth scalar function phi, for a ~ N(0, q) and for pairs.
 *
 * `parity` tells how E[phi phi] changes with the sign of K: 1 (even), -1 (odd), 0 (neither).
 * `resolution` is the rs - K, as a share of rs where that is below 1, up to which `distance` is taken rather than a
 * difference of products.
 */
export interface SmoothDual {
  readonly parity: 1 | -1 | 0;
  readonly resolution: number;
  /**
   * Whether phi goes on changing at the same pace for large arguments: then two deviations are alike where their
   * difference is small, not their ratio.
   */
  readonly isWave: boolean;
  /** How many variances its formulas multiply: what range of variances keeps its digits follows from it. */
  readonly factors: number;
  /** F(q) = E[phi(a)^2]. */
  square(q: number): number;
  /** dF/dq = E[phi'^2] + E[phi phi'']. */
  squareSlope(q: number): number;
  /** Fd(q) = E[phi'(a)^2]. */
  derivativeSquare(q: number): number;
  /** Fd + 2 q dFd/dq, without cancellation for large q. */
  spread(q: number): number;
  /** E[phi(a) phi(b)]. */
  product(p: GaussianPair): number;
  /** E[phi(a) phi(b)] at K = rs minus its value at K, without cancellation for K near rs. */
  distance(p: GaussianPair): number;
  /** E[phi'(a) phi'(b)]. */
  derivativeProduct(p: GaussianPair): number;
  /** E[phi''(a) phi''(b)] = d E[phi' phi'] / dK; at K = rs too, where it is finite. */
  secondDerivativeProduct(p: GaussianPair): number;
}

/**
 * 1/2 (E[phi'^2] + 2 q dE[phi'^2]/dq - q (dF/dq)^2 / F): how fast phi(r g) / sqrt(F) turns with r at variance q, for F
 * = E[phi^2] = f.
 */
export function curvature(dual: SmoothDual, q: number, f: number): number {
  if (!(f > 0)) return 0;
  const slope = dual.squareSlope(q);
  return Math.max(0, (dual.spread(q) - (q * slope * slope) / f) / 2);
}
