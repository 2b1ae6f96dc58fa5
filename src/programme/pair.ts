import type { ScalarMap } from '../vocabulary/steps.js';
import { angle, sineMinus } from './cosine-distance.js';
import type { GaussianPair, SmoothDual } from './maps/dual.js';
import { asItIs, type Rounding } from './rounding.js';

/**
 * A correlation u of a pair as its two cosine distances; the smaller one carries the digits.
 */
export interface Correlation {
  /** 1 - u, in [0, 2]. */
  below: number;
  /** 1 + u, in [0, 2]. */
  above: number;
}

/** Row factors of a smooth map: K(x,x), its root, the root of E phi^2 (or E phi'^2), curvature. */
export interface SelfKernelMap {
  readonly variance: number;
  readonly deviation: number;
  readonly root: number;
  readonly curvature: number;
}

/** Stores u from the cosine distance that is known well: the other one is 2 minus it. */
function store(out: Correlation, below: number, above: number): void {
  if (below <= above) {
    out.below = Math.max(below, 0);
    out.above = 2 - out.below;
  } else {
    out.above = Math.max(above, 0);
    out.below = 2 - out.above;
  }
}

/**
 * E[phi phi] of phi(a) = even |a| + odd a, relative to its self-kernels.
 *
 * With A(u) = 1 - (below - 2 J / pi) the kernel of |a| (Cho and Saul 2009, eq. 6): u' = (even^2 A(u) + odd^2 u) / (even^2 + odd^2).
 */
export function piecewiseLinear(even: number, odd: number, u: Correlation, out: Correlation): void {
  const [e, o] = [even * even, odd * odd];
  const small = Math.min(u.below, u.above);
  const t = angle(small, 2 - small);
  const distance = Math.max(0, small - (2 / Math.PI) * sineMinus(t));
  store(out, (e * distance + o * u.below) / (e + o), (e * (2 - distance) + o * u.above) / (e + o));
}

/** E[phi' phi'] of the same phi, relative to its self-kernels: 1 - 2 even^2 / (even^2 + odd^2) theta / pi. */
export function piecewiseLinearDerivative(even: number, odd: number, u: Correlation, out: Correlation): void {
  const [e, o] = [even * even, odd * odd];
  const weight = (2 * e) / (e + o);
  const below = (weight * angle(u.below, u.above)) / Math.PI;
  store(out, below, 2 - below);
}

/** E[1(a > 0) 1(b > 0)] relative to its self-kernel 1/2: 1 - theta / pi (Cho and Saul 2009, eq. 4). */
export function heaviside(u: Correlation, out: Correlation): void {
  const below = angle(u.below, u.above) / Math.PI;
  store(out, below, 2 - below);
}

/** What a difference of two expectations loses, relative to them. */
const SUBTRACTION = 1e-15;

function pairOf(x: SelfKernelMap, z: SelfKernelMap, below: number): GaussianPair {
  return {
    variance1: x.variance,
    deviation1: x.deviation,
    variance2: z.variance,
    deviation2: z.deviation,
    below,
    above: 2 * x.deviation * z.deviation - below,
  };
}

/**
 * sqrt(F1 F2) - E[phi(r g) phi(s g)] of fully correlated Gaussians: curvature (r - s)^2, or by subtraction, whichever loses less.
 *
 * The curvature neglects the share ((r - s) / (r + s))^2, of waves (r - s)^2; the subtraction loses 1e-15 sqrt(F1 F2) of the result.
 */
function perfectCorrelationDistance(dual: SmoothDual, x: SelfKernelMap, z: SelfKernelMap, rounding: Rounding): number {
  const difference = x.deviation - z.deviation;
  const bend = ((x.curvature + z.curvature) / 2) * difference * difference;
  const mixingWeight = difference / (dual.isWave ? Math.min(1, x.deviation + z.deviation) : x.deviation + z.deviation);
  const scale = x.root * z.root;
  if (bend * mixingWeight * mixingWeight < SUBTRACTION * scale) return bend;
  return Math.max(0, rounding(scale) - rounding(dual.product(pairOf(x, z, 0))));
}

/**
 * E[phi phi] of a smooth map, relative to sqrt(F1 F2).
 *
 * An odd or even map is evaluated on the side where u >= 0, so that antipodes keep their digits as duplicates do. `rounding` acts on what
 * is subtracted. [none]
 */
export function smooth(
  dual: SmoothDual,
  x: SelfKernelMap,
  z: SelfKernelMap,
  u: Correlation,
  out: Correlation,
  rounding: Rounding = asItIs,
): void {
  const scale = x.root * z.root;
  if (!(scale > 0)) {
    out.below = 1;
    out.above = 1;
    return;
  }
  const mirrored = dual.parity !== 0 && u.above < u.below;
  const rs = x.deviation * z.deviation;
  const distance = rs * (mirrored ? u.above : u.below);
  const pair = { ...pairOf(x, z, distance), above: rs * (mirrored ? u.below : u.above) };
  const cost =
    distance <= dual.resolution
      ? perfectCorrelationDistance(dual, x, z, rounding) + dual.distance(pair)
      : scale - rounding(dual.product(pair));
  const below = cost / scale;
  const above = 2 - below;
  if (mirrored && dual.parity === -1) store(out, above, below);
  else store(out, below, above);
}

/** E[phi' phi'] of a smooth map, relative to its self-kernels. */
export function smoothDerivative(
  dual: SmoothDual,
  x: SelfKernelMap,
  z: SelfKernelMap,
  u: Correlation,
  out: Correlation,
): void {
  const scale = x.root * z.root;
  if (!(scale > 0)) {
    out.below = 1;
    out.above = 1;
    return;
  }
  const rs = x.deviation * z.deviation;
  const value = dual.derivativeProduct({ ...pairOf(x, z, 0), below: rs * u.below, above: rs * u.above }) / scale;
  store(out, 1 - value, 1 + value);
}

/** The value of a map, or of its derivative, that acts on the angle alone. */
export function angleMap(phi: ScalarMap, derivative: boolean, u: Correlation, out: Correlation): void {
  if (phi.map !== 'piecewiseLinear') heaviside(u, out);
  else if (derivative) piecewiseLinearDerivative(phi.even, phi.odd, u, out);
  else piecewiseLinear(phi.even, phi.odd, u, out);
}
