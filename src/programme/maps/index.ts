import type { ScalarMap } from '../../vocabulary/steps.js';
import type { SmoothDual } from './dual.js';
import { elu } from './elu.js';
import { erf } from './erf.js';
import { gelu } from './gelu.js';
import { heaviside } from './heaviside.js';
import { piecewiseLinear } from './piecewise-linear.js';
import type { AngleDual } from './rules.js';
import { cosine, sine } from './waves.js';

/** The maps that act on the angle alone; every other has a smooth dual. */
export const ANGLE_DUALS = {
  piecewiseLinear,
  heaviside,
} satisfies { readonly [M in ScalarMap['map']]?: AngleDual<Extract<ScalarMap, { readonly map: M }>> };

/** Names of the maps whose duals are smooth functions of the covariances; the others act on the angle alone. */
export type SmoothMap = Exclude<ScalarMap['map'], keyof typeof ANGLE_DUALS>;

/** The smooth duals by the name of their map. */
export const SMOOTH_DUALS = {
  erf,
  gelu,
  elu,
  sine,
  cosine,
} satisfies Record<SmoothMap, SmoothDual>;

/** A map with a smooth dual. */
export type SmoothScalarMap = Extract<ScalarMap, { readonly map: SmoothMap }>;

/** Whether a map has a smooth dual. */
export function isSmooth(phi: ScalarMap): phi is SmoothScalarMap {
  return phi.map in SMOOTH_DUALS;
}

/** The smooth dual of a map; null for maps that act on the angle alone. */
export function smoothDual(phi: ScalarMap): SmoothDual | null {
  return isSmooth(phi) ? SMOOTH_DUALS[phi.map] : null;
}

/** What is known of a map that acts on the angle alone; null for maps with a smooth dual. */
export function angleDual(phi: ScalarMap): AngleDual | null {
  return isSmooth(phi) ? null : ANGLE_DUALS[phi.map];
}

/** Whether two maps are one function. */
export function sameMap(a: ScalarMap, b: ScalarMap): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
