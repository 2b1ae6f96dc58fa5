import { z } from 'zod';
import {
  commonOf,
  type Described,
  gaps,
  network,
  numbers,
  pair,
  presetFlags,
  recomputed,
  singleKind,
} from './common.js';

/** A spectral density. */
export const density = z.object({
  points: numbers.describe('where it is given, ascending'),
  values: numbers.describe('eigenvalues per unit, as a share of n; the integral is 1'),
  errors: numbers.describe('standard errors of `values` over the random vectors'),
  cumulative: numbers.describe('share of the eigenvalues at most each point'),
  cumulativeErrors: numbers.describe('standard errors of `cumulative`'),
  width: z.number().describe('standard deviation of the Gaussian that each eigenvalue becomes'),
  products: z.number().describe('products with one vector that it took'),
  samples: z.number().describe('random vectors'),
  steps: z.number().describe('Lanczos steps of each'),
});

/** A number, or the bounds between which it lies. */
const estimate = { value: z.number(), lower: z.number(), upper: z.number() };

/** The power law through eigenvalues. */
export const decay = z.object({
  exponent: z.number(),
  amplitude: z.number(),
  interval: pair,
  confidence: z.number(),
  from: z.number(),
  to: z.number(),
  deviation: z.number(),
});

const missed = z.object({
  by: z.enum(['inertia', 'random vectors', 'all']),
  bound: z.number(),
  missed: z.number().nullable(),
  risk: z.number(),
});

/** What was computed of one matrix. */
const found = {
  kind: singleKind.nullable().describe('`ntk` or `nngp`; null for stored matrices and kernels that are no network'),
  matrix: z.string().describe('whether it was stored or computed, and on what'),
  native: z.string().nullable().describe('as in `kernel`; null for stored matrices'),
  n: z.number().describe('its size'),
  values: numbers.describe('eigenvalues, descending'),
  residuals: numbers.describe('2-norm of K v - l v of each'),
  converged: z
    .boolean()
    .describe('whether all residuals are at most `tol` times the 2-norm of K; else the exit code is 3'),
  tol: z.number().describe('the tolerance'),
  method: z
    .enum(['dense', 'lanczos', 'power', 'subspace'])
    .describe('`dense`, `lanczos`, `power`, or `subspace` (power iteration with several vectors)'),
  reason: z.string().describe('why this method'),
  products: z.number().describe('products of K (or solves with its factor) with one vector'),
  trace: numbers.describe('largest residual after each restart'),
  precisionFloor: z.number().describe('below this an eigenvalue may be rounding of the entries alone'),
  norm: z.number().describe('2-norm of K'),
};

/** What the eigenvalues say of the matrix. */
const summary = {
  positiveSemidefinite: z
    .boolean()
    .nullable()
    .describe(
      'false where an eigenvalue lies below 0 by more than rounding, true where none does, null where the lower ' +
        'end of the spectrum was not looked for',
    ),
  lowest: z
    .number()
    .describe('the smallest eigenvalue, or a bound of it from above (a Ritz value, an entry of the diagonal)'),
  lowestKnown: z.boolean().describe('whether it is the smallest'),
  conditionNumber: z
    .number()
    .nullable()
    .describe('of a full decomposition; null otherwise, and where the smallest eigenvalue is 0'),
  conditionAtLeast: z
    .number()
    .nullable()
    .describe(
      'lower bound of the condition number, largest over least magnitude: the number itself if ' +
        '`conditionResolved`, else from the trace and the eigenvalues found; null for a matrix of zeros',
    ),
  conditionResolved: z
    .boolean()
    .describe('whether the eigenvalue of least magnitude is known and lies above the floor'),
  doubleConstantBound: z
    .number()
    .nullable()
    .describe(
      'lower bound 1 + n b / (1 - b) of the condition number of K scaled to unit diagonal, b its mean off-diagonal ' +
        'entry `meanCorrelation`; null of a matrix that is not positive semidefinite, and of zeros',
    ),
  ownConstantBound: z
    .number()
    .nullable()
    .describe(
      'the same of K as it is: (d + (n-1) o) / (d - o), d and o the means of its diagonal and its other entries; ' +
        'equal where the diagonal is constant',
    ),
  meanCorrelation: z.number().nullable().describe('mean of k_ij / sqrt(k_ii k_jj) over i != j'),
  decay: decay
    .nullable()
    .describe(
      'power law i^-`exponent` through `values`: 95 % `interval`, fitted indices `from` `to` counted from 1 (those ' +
        'more than ten times above the floor), `amplitude`, `confidence`, `deviation` of log l; null for the ' +
        'smallest, of a matrix that is not positive semidefinite, and where fewer than 20 values are fitted: a line ' +
        'through fewer says what the first ones are, not how the rest fall',
    ),
  noDecay: z.string().nullable().describe('why `decay` is null'),
  effectiveDimension: z
    .array(z.object({ ridge: z.number(), ...estimate }))
    .nullable()
    .describe(
      'sum of l / (l + r) at each `ridge` (r as a multiple of the mean diagonal): `value`, between `lower` and ' +
        '`upper`; these differ where not all eigenvalues are known, and `value` is then their middle; null for the ' +
        'smallest alone, and of a matrix that is not positive semidefinite',
    ),
  numericalRank: z
    .object({ least: z.number(), most: z.number() })
    .describe(
      'eigenvalues above the floor in magnitude (and above 2^-49 of the norm, which a decomposition may err): ' +
        '`least` and `most`, equal where it is known',
    ),
  learningTimes: gaps.describe(
    '1 / eigenvalue, the time in which gradient flow learns a direction; null where it is not positive',
  ),
  targetShares: numbers
    .nullable()
    .describe('share of the labels (classes as 0 and 1) along each eigenvector; null without labels'),
  alignment: z
    .object(estimate)
    .nullable()
    .describe(
      "kernel-target alignment tr(Y'KY) / (norms of K and YY'): `value`, `lower`, `upper` as above; null without " +
        'labels, and where not all eigenvalues are known of a matrix that is not positive semidefinite',
    ),
  summaryProducts: z.number().describe('products with one vector that these took beside `products`'),
};

/** Everything that is known of one matrix. */
const facts = {
  ...presetFlags('flags given for the architecture'),
  ...found,
  ...summary,
  density: density.nullable().describe('null without `--density`'),
  recomputed: recomputed
    .nullable()
    .describe('entries of the kernel, as above; null for stored matrices and finite networks'),
  missed: missed
    .nullable()
    .describe('the check that no eigenvalue beyond the last was missed: `by`, `bound`, `missed`, `risk`; null without'),
};

/** The spectrum of one matrix. */
export const eigsRow = z.object({ name: z.string().describe('the architecture, or the file'), ...facts });

const one = z.object(facts);

/** Record of `ntk eigs`; of a single matrix its fields stand beside `rows` as well, except the name. */
export const eigsRecord = z.object({
  ...commonOf('eigs'),
  which: z.enum(['largest', 'smallest']).describe('as given'),
  seed: z.number().describe('as given'),
  algebra: z.string().describe('what factorised and decomposed: a native library, TensorFlow, or built in'),
  vectors: z.string().nullable().describe('file of the eigenvectors `[n, k]`; null without'),
  network,
  ...one.partial().shape,
  rows: z
    .array(eigsRow)
    .describe(
      'one object for each architecture, or for the stored matrix; of a single one its fields stand beside `rows` ' +
        'as well, except the name',
    ),
});

/** A spectral density, as a record holds it. */
export type DensityResult = Described<typeof density>;

/** The spectrum of one matrix, as a record holds it. */
export type EigsResult = Described<typeof eigsRow>;

/** Record of `ntk eigs`. */
export type EigsRecord = Described<typeof eigsRecord>;
