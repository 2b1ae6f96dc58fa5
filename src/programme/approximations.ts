import { fitCentred } from './chebyshev.js';
import { sineMinus } from './cosine-distance.js';
import { erfcx } from './maps/erfcx.js';

/**
 * Polynomials for devices that compute in single precision and whose own functions are not exact enough (WGSL's acos is
 * wrong by 1e-4).
 *
 * Coefficients of y^0, y^1, ... with the argument y in [-1, 1] given at each; the error is below the rounding of single
 * precision.
 */
export interface Approximations {
  /** theta / (pi sqrt g) in y = 2 g - 1, g = 1 - cos theta in [0, 1]. */
  readonly angle: readonly number[];
  /** (sin theta - theta cos theta) / (pi g sqrt g) in y = 2 g - 1. */
  readonly sine: readonly number[];
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

function tailRatio(t: number): number {
  return erfcx(2 * (1 / t - 1)) / t;
}

function fit(f: (w: number) => number, degree: number): readonly number[] {
  return [...fitCentred(f, degree)];
}

/** The polynomials, computed when first asked for. */
export function approximations(): Approximations {
  found ??= {
    angle: fit(angleOverRoot, 10),
    sine: fit(sineOverCube, 10),
    arcTangent: fit((w) => Math.atan(Math.sqrt(w)) / Math.sqrt(w), 10),
    decay: fit((x) => -Math.expm1(-x) / x, 7),
    erfcx: fit(tailRatio, 13),
  };
  return found;
}

let found: Approximations | null = null;
