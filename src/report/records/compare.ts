import { z } from 'zod';
import { commonOf, type Described, gaps, numbers, pair, planned, precision, reading, recomputed } from './common.js';

const law = z.enum(['gaussian', 'orthogonal']);
const asKernelPlan = 'as in the plan of a kernel';
const asEmpiricalPlan = 'as in the plan of an empirical kernel';

/** The plan of a comparison. */
export const comparePlan = z.object({
  shape: pair.describe(asEmpiricalPlan),
  widths: z
    .array(
      z.object({
        width: z.number(),
        parameters: z.number(),
        networks: z.number(),
        seconds: z.number(),
        memoryBytes: z.number(),
      }),
    )
    .describe('one object a width: `width`, `parameters`, `networks` to compute, `seconds` and `memoryBytes` of one'),
  networks: z.number().describe('networks to compute'),
  reused: z.number().describe('networks that are there'),
  analyticSeconds: z.number().describe('rough time of the analytic kernel and the parts of its layers'),
  backend: z.string().describe(asEmpiricalPlan),
  algebra: z.string().describe(asEmpiricalPlan),
  precision: precision.describe(asEmpiricalPlan),
  threads: z.number().describe(asEmpiricalPlan),
  memoryBytes: planned.memoryBytes.describe(asKernelPlan),
  memoryLimit: planned.memoryLimit.describe(asKernelPlan),
  seconds: planned.seconds.describe(asKernelPlan),
});

/** What a comparison computed twice. */
export const compareCheck = z.object({
  networks: z
    .number()
    .describe('largest difference of a 2 x 2 block of a network from another method, relative to its largest entry'),
  networksTolerance: z.number().describe('what that may be; else the exit code is 3'),
  layers: z
    .number()
    .describe(
      "difference of the sum of the layers' analytic kernels from the whole, relative to its norm, on the diagonal " +
        'and the pairs of the first 4 rows',
    ),
  layersTolerance: z.number().describe('what that may be; else the exit code is 3'),
});

/** How the mean kernel over the networks lies to the analytic one. */
const meanKernel = z.object({ errors: numbers, expected: gaps, bias: gaps });

/** The largest eigenvalues. */
export const eigenvalues = z.object({
  analytic: numbers,
  rounding: z.number(),
  empirical: z.array(numbers),
  deviation: z.array(gaps),
});

/** The leading eigenspaces. */
const eigenspaces = z.object({
  dimensions: numbers,
  gaps,
  angles: z.array(numbers),
  anglesDeviation: z.array(gaps),
});

/** The share of a trained layer. */
const layer = z.object({ path: z.string(), analytic: z.number(), empirical: numbers, deviation: gaps });

/** What is known of a comparison before it is computed. */
const head = {
  ...commonOf('compare'),
  out: z.string().describe('the folder as given'),
  scale: reading.scale.describe('as in `kernel`'),
  layout: reading.layout.describe('as in `kernel`'),
  rows: reading.rows.describe('as in `kernel`'),
  native: z.string().nullable().describe('as in `kernel`, of the matrix products of the networks'),
  threads: z.number().describe('as in `kernel`'),
};

/** What was found. */
const results = {
  kind: z.literal('ntk').describe('`ntk`'),
  shape: pair.describe('of the kernels, `[n, n]`'),
  widths: numbers.describe('units of the hidden layers that give none, ascending'),
  seeds: z.number().describe('networks of each width'),
  seed: z.number().describe('first seed'),
  networkSeeds: z
    .array(numbers)
    .describe(
      'seed of each network, `[widths][seeds]`: `seed + s + 2^32 width`; `ntk empirical --width W --seed S` makes ' +
        'it again',
    ),
  init: law.nullable().describe('law of the weights as given; null: that of the architecture'),
  outputs: z.number().describe('outputs of the networks'),
  errors: numbers.describe(
    "Frobenius norm of the difference from the analytic kernel over that kernel's norm, mean over the networks",
  ),
  errorIntervals: z.array(pair.nullable()).describe('95 % interval of that mean, `[low, high]`, cut off at 0'),
  errorsOfSeeds: z.array(numbers).describe('the errors of the single networks, `[widths][seeds]`'),
  slope: z
    .number()
    .nullable()
    .describe('of log error against log width, natural logarithms, the line through `errors`; null with one width'),
  slopeInterval: pair.nullable().describe('interval of the slope; null with fewer than three networks'),
  slopeLevel: z.number().describe('probability of that interval, 0.95'),
  intercept: z.number().nullable().describe('of that line; null with one width'),
  expectedSlope: z.number().describe('-0.5'),
  meanKernel: meanKernel.describe(
    'the mean of the kernels: its `errors`, what chance alone gives it (`expected`), what is left (`bias`)',
  ),
  eigenvalues: eigenvalues.describe(
    'the largest: `analytic` `[k]`, of which those up to `rounding` may be rounding alone; means of the networks ' +
      '(`empirical` `[widths][k]`) and their standard `deviation`',
  ),
  eigenspaces: eigenspaces.describe(
    'leading eigenspaces of `dimensions` 1 .. k: the analytic `gaps` behind each, (l_j - l_(j+1)) / l_j, 0 where ' +
      'l_j is rounding; the largest principal `angles` to them, radians, `[widths][k]`, and `anglesDeviation`',
  ),
  layers: z
    .array(layer)
    .describe(
      'trained layers: `path`; share in the trace of the kernel, `analytic` and in networks (`empirical` by ' +
        'width), and its `deviation`',
    ),
  parameters: numbers.describe('weights and biases of one network, by width'),
  networkSeconds: numbers.describe('mean wall time of one network, by width'),
  pairs: z.object({ done: z.number(), reused: z.number() }).describe('networks `done`, and `reused` from earlier runs'),
  check: compareCheck.describe('what was computed twice'),
  recomputed: recomputed
    .nullable()
    .describe(
      'entries of the analytic kernel, as above; of a run that was continued those of the run that computed them',
    ),
};

const plan = comparePlan.describe('what was planned before the start');

/** Record of a comparison, `compare.json`. */
export const compareRecord = z.object({ ...head, ...results, plan });

/** Record of `ntk compare --plan`. */
export const comparePlanRecord = z.object({ ...head, plan });

/** Record of a comparison, `compare.json`. */
export type CompareRecord = Described<typeof compareRecord>;

/** Record of `ntk compare --plan`. */
export type ComparePlanRecord = Described<typeof comparePlanRecord>;
