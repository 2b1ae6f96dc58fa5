import { z } from 'zod';
import { commonOf, type Described, numbers, pair, presetFlags, recomputed, singleKind } from './common.js';

/** Parameters of a fitted kernel; those that it does not have are absent. */
export const fitParameters = z.object({
  c: z.number().optional(),
  g: z.number().optional(),
  s: z.number().optional(),
  offset: z.number().optional(),
  amplitude: z.number().optional(),
});

/** Both kernels against the angle, or the distance. */
export const fitCurves = z.object({
  angles: numbers.optional().describe('radians, evenly from 0 to pi; absent with `--data`'),
  distances: numbers
    .optional()
    .describe('with `--data`: mean distance of the pairs in each bin, ascending; bins without pairs are left out'),
  kernel: numbers.describe('the normalised kernel; of pairs its mean in each bin'),
  low: numbers.optional().describe('with `--data`: smallest kernel in each bin'),
  high: numbers.optional().describe('with `--data`: largest one'),
  pairs: numbers.optional().describe('with `--data`: pairs in each bin'),
  model: numbers.nullable().describe('the fit; null without'),
});

/** What was found for one kernel. */
const facts = {
  parameters: fitParameters
    .nullable()
    .describe(
      'of `laplace` exp(-c r): `c`; of `gamma` exp(-c r^g): `c`, `g`; of `gaussian` exp(-r^2 / (2 s^2)): `s`; with ' +
        '`--affine` also `offset` and `amplitude`; r = |x - z|; null where the deviation has no minimum (exit code 3)',
    ),
  parameterErrors: fitParameters
    .nullable()
    .describe('estimated errors of `parameters`: of the integrals and of the arithmetic, not of the fit'),
  onBound: z.boolean().describe('whether the exponent is held at 2, above which there is no such kernel'),
  objective: z.number().nullable().describe('integral over the angle, or sum over pairs, of weight (kernel - fit)^2'),
  rmsDeviation: z
    .number()
    .nullable()
    .describe('root of `objective` over the integral of the weight, or the number of pairs'),
  maxDeviation: z.number().nullable().describe('largest |kernel - fit|'),
  maxAt: z.number().nullable().describe('angle, or distance, of the largest deviation'),
  maxPair: pair
    .nullable()
    .describe('with `--data`: the rows between which it is largest, counted from 0 after `--rows`; else null'),
  hessianCondition: z
    .number()
    .nullable()
    .describe('condition number of the second derivatives by the parameters: large where they hardly differ in effect'),
  dial: z
    .number()
    .nullable()
    .describe(
      'slope of the kernel at x = z on the unit sphere, 1 - dial |x - z| + ...; null where it is smooth there or ' +
        'steeper than a line, for images, and for rows of another norm than 1',
    ),
  slope: z.number().nullable().describe('`amplitude` times `c` of a Laplace fit, to compare with `dial`; else null'),
  pairs: z.number().nullable().describe('with `--data`: pairs of rows; else null'),
  recomputed: recomputed.nullable().describe('with `--data`: as of `kernel`; else null'),
  curves: fitCurves.describe('both kernels: `angles` or `distances`, `kernel`, `model`'),
};

/** The fit to one kernel. */
export const fitRow = z.object({
  name: z.string().describe('short label, different for each row of the record'),
  arch: z.string().describe('as given to `--arch`'),
  ...presetFlags('flags of the preset, those that were given'),
  ...facts,
});

/** Fits to kernels, a row a kernel. */
const result = {
  kind: singleKind.describe('`ntk` or `nngp`'),
  to: z.enum(['laplace', 'gamma', 'gaussian']).describe('what was fitted'),
  affine: z.boolean().describe('whether amplitude and offset were fitted too'),
  dim: z.number().nullable().describe('d: weight sin^(d-2) over the angle; null: weight 1, or `--data`'),
  seed: z.number().nullable().describe('with `--data`: as given; draws rows where memory does not hold all pairs'),
  rows: z.array(fitRow).describe('one object for each kernel'),
};

const top = z.object(facts);

/** Record of `ntk fit`; of a single kernel its fields stand beside `rows` as well. */
export const fitRecord = z.object({ ...commonOf('fit'), ...result, ...top.partial().shape });

const alone = z.object(result);

/** The fit to one kernel of a record. */
export type FitRow = Described<typeof fitRow>;

/** Result of `ntk fit`. */
export type FitResult = Described<typeof alone>;

/** Fields that stand beside `rows` in a record of one kernel. */
export type FitFacts = Described<typeof top>;

/** Record of `ntk fit`. */
export type FitRecord = Described<typeof fitRecord>;
