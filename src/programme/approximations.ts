import type { Precision } from '../data/array.js';
import { fitCentred } from './chebyshev.js';
import { sineMinus } from './cosine-distance.js';
import { erfcx } from './maps/erfcx.js';

/**
 * Polynomials for devices whose own functions are not exact enough (WGSL's acos is wrong by 1e-4).
 *
 * Coefficients of y^0, y^1, ... with the argument y in [-1, 1] given at each; the error is below the rounding of the
 * precision.
 */
export interface Approximations {
  /** theta / (pi sqrt g) in y = 2 g - 1, g = 1 - cos theta in [0, 1]. */
  readonly angle: readonly number[];
  /** (sin theta - theta cos theta) / (pi g sqrt g) in y = 2 g - 1. */
  readonly sine: readonly number[];
  /** The same in y = 20 g - 1 for g in [0, 0.1], where the closed form cancels. */
  readonly shortSine: readonly number[];
  /**
   * The first two in y = (c - 1) / (sqrt(2) - 1) 2 - 1 with c = sqrt(2 - g) in [1, sqrt 2]: there they are analytic up
   * to c = -sqrt 2, and half the degree does.
   */
  readonly rootAngle: readonly number[];
  readonly rootSine: readonly number[];
  /** atan(t) / t in y = 2 t^2 - 1, t in [0, 1]. */
  readonly arcTangent: readonly number[];
  /** (1 - exp(-x)) / x in y = 2 x - 1, x in [0, 1]. */
  readonly decay: readonly number[];
  /** exp(x^2) erfc(x) / t in y = 2 t - 1, t = 1 / (1 + x / 2), x >= 0. */
  readonly erfcx: readonly number[];
}

const theta = (distance: number): number => 2 * Math.asin(Math.sqrt(distance / 2));

/** theta / (pi sqrt g) for g = 1 - cos theta: analytic up to g = 2. */
export function angleOverRoot(g: number): number {
  return theta(g) / (Math.PI * Math.sqrt(g));
}

/** (sin theta - theta cos theta) / (pi g sqrt g): analytic up to g = 2. */
export function sineOverCube(g: number): number {
  return sineMinus(theta(g)) / (Math.PI * g * Math.sqrt(g));
}

/** g = 2 - c^2 for c = 1 + w (sqrt(2) - 1), without cancellation. */
function belowRoot(w: number): number {
  const below = (1 - w) * (Math.SQRT2 - 1);
  return below * (2 * Math.SQRT2 - below);
}

function tailRatio(t: number): number {
  return erfcx(2 * (1 / t - 1)) / t;
}

function fit(f: (w: number) => number, degree: number): readonly number[] {
  return [...fitCentred(f, degree)];
}

/** The 1 - cos theta below which `shortSine` is needed. */
export const SHORT_SINE = 0.1;

/** Their degrees. */
const DEGREES = {
  f32: { angle: 10, sine: 10, shortSine: 4, rootAngle: 5, rootSine: 5, arcTangent: 10, decay: 7, erfcx: 13 },
  f64: { angle: 22, sine: 22, shortSine: 9, rootAngle: 10, rootSine: 11, arcTangent: 22, decay: 12, erfcx: 25 },
} satisfies Record<Precision, Record<keyof Approximations, number>>;

/** The polynomials of a precision, computed when first asked for. */
export function approximations(precision: Precision = 'f32'): Approximations {
  const known = found.get(precision);
  if (known !== undefined) return known;
  const degrees = DEGREES[precision];
  const made = {
    angle: fit(angleOverRoot, degrees.angle),
    sine: fit(sineOverCube, degrees.sine),
    shortSine: fit((w) => sineOverCube(SHORT_SINE * w), degrees.shortSine),
    rootAngle: fit((w) => angleOverRoot(belowRoot(w)), degrees.rootAngle),
    rootSine: fit((w) => sineOverCube(belowRoot(w)), degrees.rootSine),
    arcTangent: fit((w) => Math.atan(Math.sqrt(w)) / Math.sqrt(w), degrees.arcTangent),
    decay: fit((x) => -Math.expm1(-x) / x, degrees.decay),
    erfcx: fit(tailRatio, degrees.erfcx),
  };
  found.set(precision, made);
  return made;
}

const found = new Map<Precision, Approximations>();
