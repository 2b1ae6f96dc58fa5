import type { ScalarMap } from '../vocabulary/steps.js';
import { type Correlation, setCorrelation } from './correlations.js';
import type { GaussianPair, SmoothDual } from './maps/dual.js';
import type { AngleDual } from './maps/rules.js';
import { asItIs, type Rounding } from './rounding.js';

/** Row factors of a smooth map: K(x,x), its root, the root of E phi^2 (or E phi'^2), curvature. */
export interface SelfKernelMap {
  readonly variance: number;
  readonly deviation: number;
  readonly root: number;
  readonly curvature: number;
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
 * sqrt(F1 F2) - E[phi(r g) phi(s g)] of fully correlated Gaussians: curvature (r - s)^2, or by subtraction, whichever
 * loses less.
 *
 * The curvature neglects the share ((r - s) / (r + s))^2, of waves (r - s)^2; the subtraction loses 1e-15 sqrt(F1 F2)
 * of the result.
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
 * An odd or even map is evaluated on the side where u >= 0, so that antipodes keep their digits as duplicates do.
 * `rounding` acts on what is subtracted. [none]
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
    distance <= dual.resolution * Math.min(1, rs)
      ? perfectCorrelationDistance(dual, x, z, rounding) + dual.distance(pair)
      : scale - rounding(dual.product(pair));
  const below = cost / scale;
  const above = 2 - below;
  if (mirrored && dual.parity === -1) setCorrelation(out, above, below);
  else setCorrelation(out, below, above);
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
  setCorrelation(out, 1 - value, 1 + value);
}

/** The value of a map, or of its derivative, that acts on the angle alone. */
export function angleMap(dual: AngleDual, phi: ScalarMap, derivative: boolean, u: Correlation, out: Correlation): void {
  if (derivative) dual.derivative(phi, u, out);
  else dual.value(phi, u, out);
}
