import { UsageError } from '../errors.js';
import { linearFit } from './linear-fit.js';

/** A straight line through log l against log i. */
export interface PowerLawFit {
  /** p of l_i ~ c i^-p. */
  readonly exponent: number;
  /** c */
  readonly amplitude: number;
  /**
   * Confidence interval of the exponent, `[low, high]`; of independent scatter about the line, so too narrow where the
   * scatter has a shape.
   */
  readonly interval: readonly [number, number];
  /** Probability of the interval. */
  readonly confidence: number;
  /** Indices fitted, counted from 1, both ends included. */
  readonly from: number;
  /** The last of them. */
  readonly to: number;
  /** Root of the mean square deviation of log l. */
  readonly deviation: number;
}

/** What to fit. */
export interface DecayOptions {
  /** First index, counted from 1 [1]. */
  readonly from?: number;
  /** Last index [as far as eigenvalues lie above ten times the floor]. */
  readonly to?: number;
  /** Eigenvalues below are not fitted [0]. */
  readonly precisionFloor?: number;
  readonly confidence?: number;
}

/**
 * Eigenvalues below which an exponent is none: a line through fewer says what the first ones are, not how the rest
 * fall.
 */
export const FEWEST_FOR_DECAY = 20;

/** Multiples of the floor from which on an eigenvalue carries a digit. */
export const ABOVE_FLOOR = 10;

/** Last index, counted from 1, such that all values from `from` to it exceed the bound. */
function lastAbove(values: ArrayLike<number>, from: number, bound: number): number {
  let last = from - 1;
  while (last < values.length && values[last] > bound) last++;
  return last;
}

/**
 * Decay exponent p of eigenvalues l_i ~ c i^-p, by least squares of log l_i on log i, with its range and confidence
 * interval.
 *
 * `eigenvalues` descending. The range never reaches below ten times the floor of the precision, where slopes tell of
 * rounding. Null where fewer than three eigenvalues are left. Throws UsageError for a range or a confidence that cannot
 * be.
 */
export function decayExponent(eigenvalues: ArrayLike<number>, options: DecayOptions = {}): PowerLawFit | null {
  const { from = 1, precisionFloor = 0, confidence = 0.95 } = options;
  if (!Number.isInteger(from) || from < 1) {
    throw new UsageError(`fit range: must start at an index of at least 1, got ${from}. Indices count from 1.`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new UsageError(`confidence: must lie between 0 and 1, got ${confidence}. 0.95 is usual.`);
  }
  const to = Math.min(options.to ?? Infinity, lastAbove(eigenvalues, from, ABOVE_FLOOR * precisionFloor));
  const count = to - from + 1;
  if (!(count >= 3)) return null;
  const x = Array.from({ length: count }, (_, i) => Math.log(from + i));
  const y = Array.from({ length: count }, (_, i) => Math.log(eigenvalues[from - 1 + i]));
  const { slope, intercept, half, deviation } = linearFit(x, y, confidence);
  if (half === null) return null;
  return {
    exponent: -slope,
    amplitude: Math.exp(intercept),
    interval: [-slope - half, -slope + half],
    confidence,
    from,
    to,
    deviation,
  };
}
