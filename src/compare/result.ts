import { fitLine } from '../spectrum/line.js';
import type { AnalyticKernel } from './analytic.js';
import { networkSeed, type PlannedComparison } from './plan.js';
import { LEVEL, meanInterval, meanOf } from './statistics.js';
import type { CompareChecks, CompareOptions, Comparison, Interval } from './types.js';
import type { Target, WidthSums } from './width-sums.js';

/** Slope of log error against log width that theory expects: entries of the empirical kernel scatter by 1 / sqrt(width). */
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
 * Least squares line of log error on log width through all single networks, the interval of its slope by Student's t with widths times seeds - 2 degrees of freedom.
 *
 * The networks are independent, of different widths too, and the law of error times sqrt(width) tends to one that does not depend on the
 * width, so that log errors scatter alike about the line; means by width would throw away the degrees of freedom. Null with one width, or
 * where an error is 0.
 */
export function fitSlope(widths: readonly number[], errors: readonly (readonly number[])[]): SlopeFit {
  const points = widths.flatMap((width, i) => errors[i].map((error) => [Math.log(width), Math.log(error)] as const));
  if (widths.length < 2 || points.some(([, y]) => !Number.isFinite(y))) {
    return { slope: null, slopeInterval: null, intercept: null };
  }
  const fit = fitLine(
    points.map(([x]) => x),
    points.map(([, y]) => y),
    LEVEL,
  );
  const { slope, half, intercept } = fit;
  return { slope, slopeInterval: half === null ? null : [slope - half, slope + half], intercept };
}

/** (l_j - l_(j+1)) / l_j behind each of the first k eigenvalues; null behind the last of all. */
function gapsOf(values: readonly number[], k: number): (number | null)[] {
  return values.slice(0, k).map((value, j) => (j + 1 < values.length ? (value - values[j + 1]) / value : null));
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
    errorIntervals: errorsOfSeeds.map(meanInterval),
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
      empirical: summaries.map(({ values }) => values.mean),
      deviation: summaries.map(({ values }) => values.deviation),
    },
    eigenspaces: {
      dimensions: Array.from({ length: k }, (_, j) => j + 1),
      gaps: gapsOf(target.values, k),
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
    plan,
  };
}
