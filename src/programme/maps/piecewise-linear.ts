import type { ScalarMap } from '../../vocabulary/steps.js';
import { type Correlation, setCorrelation } from '../correlations.js';
import { angle, sineMinus } from '../cosine-distance.js';
import type { AngleDual } from './rules.js';

type PiecewiseLinear = Extract<ScalarMap, { readonly map: 'piecewiseLinear' }>;

/**
 * The part of the angle in E[phi' phi'], which is 1 - weight theta / pi relative to its self-kernels: 2 even^2 /
 * (even^2 + odd^2).
 */
export function angleWeight({ even, odd }: PiecewiseLinear): number {
  const [e, o] = [even * even, odd * odd];
  return (2 * e) / (e + o);
}

/**
 * Dual of phi(a) = even |a| + odd a.
 *
 * With A(u) = 1 - (below - 2 J / pi) the kernel of |a| (Cho and Saul 2009, eq. 6): u' = (even^2 A(u) + odd^2 u) /
 * (even^2 + odd^2). Of the derivative 1 - 2 even^2 / (even^2 + odd^2) theta / pi.
 */
export const piecewiseLinear: AngleDual<PiecewiseLinear> = {
  degree: 1,
  columnBound: 0,
  gain: ({ even, odd }) => even * even + odd * odd,
  value({ even, odd }, u: Correlation, out: Correlation) {
    const [e, o] = [even * even, odd * odd];
    const small = Math.min(u.below, u.above);
    const t = angle(small, 2 - small);
    const distance = Math.max(0, small - (2 / Math.PI) * sineMinus(t));
    setCorrelation(out, (e * distance + o * u.below) / (e + o), (e * (2 - distance) + o * u.above) / (e + o));
  },
  derivative(phi, u, out) {
    const below = (angleWeight(phi) * angle(u.below, u.above)) / Math.PI;
    setCorrelation(out, below, 2 - below);
  },
  angleWeight,
  flaw({ even, odd }) {
    const fits = Number.isFinite(even) && Number.isFinite(odd) && (even !== 0 || odd !== 0);
    return fits ? null : `its slopes must be numbers, not both 0, got even ${even} and odd ${odd}`;
  },
};
