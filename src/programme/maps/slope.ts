import type { ScalarMap } from '../../vocabulary/steps.js';
import type { Correlation } from '../correlations.js';
import { angleMap, type SelfKernelMap } from '../pair.js';
import type { SmoothDual } from './dual.js';
import { angleDual, smoothDual } from './index.js';
import type { AngleDual } from './rules.js';

/** Change of a dual function F of a correlation u for a small s > 0: F(u) - F(u - s) ~ factor s^power. */
export interface MapSlope {
  /** 1, or 1/2 at u = 1 for what falls with the angle. */
  readonly power: 1 | 0.5;
  /** At least 0 for u >= 0. */
  readonly factor: number;
}

/** 1 - w theta / pi: its slope is w / (pi sqrt(1 - u^2)), and theta ~ sqrt(2 s) at u = 1. */
function angleSlope(weight: number, { below, above }: Correlation): MapSlope {
  if (below === 0) return { power: 0.5, factor: (weight * Math.SQRT2) / Math.PI };
  return { power: 1, factor: weight / (Math.PI * Math.sqrt(below * above)) };
}

function slopeOnAngle(dual: AngleDual, phi: ScalarMap, derivative: boolean, u: Correlation): MapSlope {
  if (derivative || dual.degree === 0) return angleSlope(dual.angleWeight(phi), u);
  const out = { below: 0, above: 2 };
  angleMap(dual, phi, true, u, out);
  return { power: 1, factor: out.above - 1 };
}

function smoothSlope(
  dual: SmoothDual,
  derivative: boolean,
  x: SelfKernelMap,
  z: SelfKernelMap,
  u: Correlation,
): MapSlope {
  const [rs, scale] = [x.deviation * z.deviation, x.root * z.root];
  const pair = {
    variance1: x.variance,
    deviation1: x.deviation,
    variance2: z.variance,
    deviation2: z.deviation,
    below: rs * u.below,
    above: rs * u.above,
  };
  const slope = derivative ? dual.secondDerivativeProduct(pair) : dual.derivativeProduct(pair);
  return { power: 1, factor: scale > 0 ? (rs * slope) / scale : 0 };
}

/**
 * How E[phi(a) phi(b)], or E[phi'(a) phi'(b)] with `derivative`, changes with the correlation u of (a, b), both
 * relative to their self-kernels, which `x` and `z` hold.
 *
 * By Price's theorem the slope of one is the other: d E[phi phi] / dK = E[phi' phi'].
 */
export function mapSlope(
  phi: ScalarMap,
  derivative: boolean,
  x: SelfKernelMap,
  z: SelfKernelMap,
  u: Correlation,
): MapSlope {
  const [dual, angle] = [smoothDual(phi), angleDual(phi)];
  if (angle !== null) return slopeOnAngle(angle, phi, derivative, u);
  return dual === null ? { power: 1, factor: 0 } : smoothSlope(dual, derivative, x, z, u);
}
