import { logGamma } from './gamma.js';
import type { PowerSeries } from './power-series.js';

/** An eigenvalue with a bound of its error. */
export interface Bounded {
  readonly value: number;
  readonly bound: number;
}

/** Unit roundoff of doubles. */
const EPSILON = 2 ** -53;
/** Ratio of coefficients below which a series counts as geometric. */
const GEOMETRIC = 0.9;

/**
 * A bound for the sum of the coefficients that were left out.
 *
 * It is 1 minus the sum of the others, as kappa(1) = 1, plus rounding; where the coefficients fall geometrically, twice
 * the geometric sum with a ratio half-way to 1.
 */
export function remainder(series: PowerSeries, steps: number): number {
  let [sum, weighted] = [0, 0];
  for (let n = series.length - 1; n >= 0; n--) {
    sum += series[n];
    weighted += (n + 1) * series[n];
  }
  const rest = Math.max(0, 1 - sum) + EPSILON * (steps + 2) * (1 + weighted);
  const n = series.length - 1;
  const newest = Math.max(series[n], series[n - 1]);
  const older = Math.max(series[n - 16], series[n - 17]);
  if (newest === 0) return older === 0 ? 0 : rest;
  const ratio = (newest / older) ** (1 / 16);
  if (!(ratio < GEOMETRIC)) return rest;
  const slow = (1 + ratio) / 2;
  return Math.min(rest, (2 * newest * slow) / (1 - slow));
}

/** The factors n! Gamma(d/2) / (2^n m! Gamma(m + k + d/2)), n = k + 2 m, for m = 0, 1, ... by their ratios. */
function* factors(d: number, k: number): Generator<number, never> {
  let factor = 1;
  for (let j = 0; j < k; j++) factor *= (j + 1) / (2 * j + d);
  for (let m = 0, n = k; ; m++, n += 2) {
    yield factor;
    factor *= ((n + 1) * (n + 2)) / ((2 * m + 2) * (2 * m + 2 * k + d));
  }
}

/**
 * The largest factor that a coefficient of order `length` or above meets: the factors rise up to a known m and fall
 * from there on.
 */
export function largestFactor(length: number, d: number, k: number): number {
  const top = Math.ceil((k * k - k + 2 - 2 * d) / (2 * (d - 1)));
  const m = Math.max(0, Math.ceil((length - k) / 2), top);
  const n = k + 2 * m;
  const gammas = logGamma(n + 1) + logGamma(d / 2) - logGamma(m + 1) - logGamma(m + k + d / 2);
  // The logarithms cancel: what they lose is added.
  return Math.exp(gammas - n * Math.LN2 + 1e-15 * (n + d) * Math.log(n + d + 2));
}

/**
 * The eigenvalue of degree k in dimension d of kappa(t) = sum a_n t^n, a_n >= 0.
 *
 * mu_k = sum_m a_n n! Gamma(d/2) / (2^n m! Gamma(m + k + d/2)) with n = k + 2 m, by Rodrigues' formula (Mueller 1966,
 * Spherical harmonics, section 4), added from the last term up. The bound: `rest`, the sum of the coefficients left
 * out, times the largest factor that they can meet, plus rounding, which for a coefficient of order n is n + 1 times
 * that of a step.
 */
export function projectSeries(series: PowerSeries, rest: number, steps: number, d: number, k: number): Bounded {
  const parts: number[] = [];
  for (const factor of factors(d, k)) {
    const n = k + 2 * parts.length;
    if (n >= series.length) break;
    parts.push(series[n] * factor);
  }
  let [value, weighted] = [0, 0];
  for (let m = parts.length - 1; m >= 0; m--) {
    value += parts[m];
    weighted += parts[m] * (k + 2 * m + 1);
  }
  const bound = rest * largestFactor(series.length, d, k) + EPSILON * (steps + 8) * weighted + Number.MIN_VALUE;
  return { value, bound };
}
