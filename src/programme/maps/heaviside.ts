import type { ScalarMap } from '../../vocabulary/steps.js';
import { type Correlation, setCorrelation } from '../correlations.js';
import { angle } from '../cosine-distance.js';
import type { AngleDual } from './rules.js';

function value(u: Correlation, out: Correlation): void {
  const below = angle(u.below, u.above) / Math.PI;
  setCorrelation(out, below, 2 - below);
}

/**
 * Dual of 1(a > 0): E[1(a > 0) 1(b > 0)] relative to its self-kernel 1/2: 1 - theta / pi (Cho and Saul 2009, eq. 4).
 */
export const heaviside: AngleDual<Extract<ScalarMap, { readonly map: 'heaviside' }>> = {
  degree: 0,
  columnBound: 4,
  gain: () => 0.5,
  value: (_phi, u, out) => value(u, out),
  derivative: (_phi, u, out) => value(u, out),
  angleWeight: () => 1,
  flaw: () => null,
};
