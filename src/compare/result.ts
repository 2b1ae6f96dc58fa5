import { linearFit } from '../spectrum/linear-fit.js';
import { studentQuantile } from '../spectrum/student.js';
import type { AnalyticKernel } from './analytic.js';
import { networkSeed, type PlannedComparison } from './plan.js';
import { deviationOf, LEVEL, meanInterval, meanOf } from './statistics.js';
import type { CompareChecks, CompareOptions, Comparison, Interval } from './types.js';
import type { Target, WidthSums } from './width-sums.js';

/**
 * Slope of log error against log width that theory expects: entries of the empirical kernel scatter by 1 / sqrt(width).
 */
const EXPECTED_SLOPE = -0.5;

/** What was found out about all networks. */
export interface Findings {
  /** The analytic kernel with the shares of its layers. */
  readonly analytic: AnalyticKernel;
  /** The same with its eigenpairs. */
  readonly target: Target;
  /** One for each width. */
  readonly sums: readonly WidthSums[];
  /** What was computed twice. */
  readonly check: CompareChecks;
  /** Networks of an earlier run. */
  readonly reused: number;
}

/** Slope of log error against log width with its interval and the intercept. */
export interface SlopeFit {
  readonly slope: number | null;
  readonly slopeInterval: Interval | null;
  readonly intercept: number | null;
}

/**
 * Variance of the logarithm of a mean error: (deviation / mean)^2 / seeds, of all widths together; null for one seed.
 */
function logVariance(errors: readonly (readonly number[])[]): number | null {
  const ratios = errors.map((each) => (deviationOf(each) ?? Number.NaN) / meanOf(each));
  const variance = meanOf(ratios.map((ratio) => ratio ** 2)) / errors[0].length;
  return Number.isNaN(variance) ? null : variance;
}

/**
 * Least squares line of log error on log width, the errors being means over the networks of a width.
 *
 * The interval of the slope is that of Student's t: error times sqrt(width) tends to one law, so that the relative
 * deviation of the single errors is estimated from all widths together, with widths times (seeds - 1) degrees of
 * freedom. With one seed it is that of the scatter about the line. Logarithms of means scatter less than those of
 * single errors, which may be near 0 by chance. Null with one width, or where all errors of a width are 0.
 */
export function fitSlope(widths: readonly number[], errors: readonly (readonly number[])[]): SlopeFit {
  const [x, y] = [widths.map(Math.log), errors.map((each) => Math.log(meanOf(each)))];
  if (widths.length < 2 || !y.every(Number.isFinite)) return { slope: null, slopeInterval: null, intercept: null };
  const { slope, intercept, half: scatter } = linearFit(x, y, LEVEL);
  const variance = logVariance(errors);
  const centre = meanOf(x);
  const spread = x.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const degrees = widths.length * (errors[0].length - 1);
  const half = variance === null ? scatter : studentQuantile(degrees, LEVEL) * Math.sqrt(variance / spread);
  return { slope, slopeInterval: half === null ? null : [slope - half, slope + half], intercept };
}

/** What rounding of the entries, and of the decomposition, may make of an eigenvalue that is 0: n 2^-52 l_1. */
function roundingOf({ values, n }: Target): number {
  return n * 2 ** -52 * values[0];
}

/**
 * (l_j - l_(j+1)) / l_j behind each of the first k eigenvalues, 0 where l_j is rounding alone; null behind the last of
 * all.
 */
function gapsOf(target: Target, k: number): (number | null)[] {
  const { values } = target;
  const rounding = roundingOf(target);
  return values.slice(0, k).map((value, j) => {
    if (j + 1 >= values.length) return null;
    return value > rounding ? (value - values[j + 1]) / value : 0;
  });
}

/** Interval of a mean error; what lies below 0 no error can be. */
function errorInterval(errors: readonly number[]): Interval | null {
  const interval = meanInterval(errors);
  return interval === null ? null : [Math.max(0, interval[0]), interval[1]];
}

/** Puts a comparison together. */
export function comparisonOf(
  { widths, init }: CompareOptions,
  { plan, paths, outputs, seeds, seed, k }: PlannedComparison,
  { analytic, target, sums, check, reused }: Findings,
): Comparison {
  const errorsOfSeeds = sums.map(({ errors }) => errors);
  const means = sums.map((one) => one.meanKernel());
  const summaries = sums.map((one) => one.summary());
  const numbers = Array.from({ length: seeds }, (_, s) => s);
  return {
    kind: 'ntk',
    shape: plan.shape,
    widths,
    seeds,
    seed,
    networkSeeds: widths.map((width) => numbers.map((s) => networkSeed(seed, s, width))),
    init: init ?? null,
    outputs,
    errors: errorsOfSeeds.map(meanOf),
    errorIntervals: errorsOfSeeds.map(errorInterval),
    errorsOfSeeds,
    ...fitSlope(widths, errorsOfSeeds),
    slopeLevel: LEVEL,
    expectedSlope: EXPECTED_SLOPE,
    meanKernel: {
      errors: means.map(({ error }) => error),
      expected: means.map(({ expected }) => expected),
      bias: means.map(({ bias }) => bias),
    },
    eigenvalues: {
      analytic: target.values.slice(0, k),
      rounding: roundingOf(target),
      empirical: summaries.map(({ values }) => values.mean),
      deviation: summaries.map(({ values }) => values.deviation),
    },
    eigenspaces: {
      dimensions: Array.from({ length: k }, (_, j) => j + 1),
      gaps: gapsOf(target, k),
      angles: summaries.map(({ angles }) => angles.mean),
      anglesDeviation: summaries.map(({ angles }) => angles.deviation),
    },
    layers: paths.map((path, i) => ({
      path,
      analytic: analytic.shares[i],
      empirical: summaries.map(({ shares }) => shares.mean[i]),
      deviation: summaries.map(({ shares }) => shares.deviation[i]),
    })),
    parameters: plan.widths.map(({ parameters }) => parameters),
    networkSeconds: summaries.map(({ seconds }) => seconds),
    pairs: { done: widths.length * seeds, reused },
    check,
    recomputed: analytic.recomputation.recomputed,
    plan,
  };
}
