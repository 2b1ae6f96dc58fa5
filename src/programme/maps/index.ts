import type { ScalarMap } from '../../vocabulary/steps.js';
import type { SmoothDual } from './dual.js';
import { elu } from './elu.js';
import { erf } from './erf.js';
import { gelu } from './gelu.js';
import { cosine, sine } from './waves.js';

/** Names of the maps whose duals are smooth functions of the covariances; the others act on the angle alone. */
export type SmoothMap = Exclude<ScalarMap['map'], 'piecewiseLinear' | 'heaviside'>;

/** The smooth duals by the name of their map. */
export const SMOOTH_DUALS = {
  erf,
  gelu,
  elu,
  sine,
  cosine,
} satisfies Record<SmoothMap, SmoothDual>;

/** The smooth dual of a map; null for maps that act on the angle alone. */
export function smoothDual(phi: ScalarMap): SmoothDual | null {
  return phi.map === 'piecewiseLinear' || phi.map === 'heaviside' ? null : SMOOTH_DUALS[phi.map];
}
