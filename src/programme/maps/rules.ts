import type { ScalarMap } from '../../vocabulary/steps.js';
import type { Correlation } from '../correlations.js';

/** What is known of a map that acts on the angle alone: phi(c a) = c^degree phi(a) for c > 0. */
export interface AngleDual<M extends ScalarMap = ScalarMap> {
  readonly degree: 0 | 1;
  /** E[phi(a)^2] = gain K11^degree, and E[phi'(a)^2] = gain. */
  gain(phi: M): number;
  /** E[phi(a) phi(b)] relative to its self-kernels. */
  value(phi: M, u: Correlation, out: Correlation): void;
  /** E[phi'(a) phi'(b)] relative to its self-kernels. */
  derivative(phi: M, u: Correlation, out: Correlation): void;
  /** w where E[phi' phi'], or of degree 0 E[phi phi], is 1 - w theta / pi relative to its self-kernels. */
  angleWeight(phi: M): number;
  /** Factor columns of a row, as memory is planned by. */
  readonly columnBound: number;
  /** What is wrong with its numbers, in words; null where nothing is. */
  flaw(phi: M): string | null;
}
