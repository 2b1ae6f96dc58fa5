import { z } from 'zod';
import { commonOf, type Described, network, presetFlags, recomputed, scaling, singleKind } from './common.js';

/** How equations were solved. */
export const solver = z.object({
  name: z
    .enum(['cholesky', 'eigen', 'cg'])
    .describe(
      '`cholesky`, `eigen` (one decomposition for all ridges and times, also where Cholesky found the kernel ' +
        'singular) or `cg` (conjugate gradients)',
    ),
  reason: z.string().describe('why this one'),
  converged: z.boolean().describe('whether `residual` is at most `tol`; else the exit code is 3'),
  tol: z.number().describe('`--tol`'),
  residual: z
    .number()
    .describe(
      'how well the equations are solved: the norm of (K + lambda I) a - b over that of the labels y, b what is ' +
        'learnt of y by the time (all of it without one, but for what the null space holds)',
    ),
  iterations: z.number().optional().describe('how many steps `cg` took'),
  products: z.number().optional().describe('products of the kernel with one vector'),
  preconditioner: z
    .string()
    .optional()
    .describe('`partial Cholesky` of `rank` rows of the kernel at random, or `none`'),
  rank: z.number().optional().describe('rows of the kernel in the preconditioner'),
});

/** What a regression with one kernel gave. */
const quality = {
  accuracy: z
    .number()
    .nullable()
    .describe('share of test rows whose largest output is their label; null for numbers and without test labels'),
  rmse: z.number().nullable().describe('root mean squared error; null for classes and without test labels'),
  residual: z
    .number()
    .describe(
      'largest relative residual of an output, of training rows: of a time what is not learnt yet, without a ridge ' +
        'also what never is',
    ),
  ridge: z.number().describe('as a multiple of the mean diagonal of the kernel'),
};

/** One regression of a record. */
export const regressRow = z.object({
  name: z.string().describe('the architecture, or the file of the kernel'),
  ...presetFlags('flags given for the architecture'),
  backend: z.string().describe('what computed the kernels; `stored` with `--kernel`'),
  native: z.string().nullable().describe('as in `kernel`; null for stored kernels'),
  trainSize: z.number().describe('the first rows of TRAIN, without the copies of `--flip`'),
  ...quality,
  time: z.number().nullable().describe('of gradient flow; null for its limit'),
  leaveOneOut: z
    .array(z.object({ ridge: z.number(), error: z.number() }))
    .nullable()
    .describe(
      '`ridge` and mean squared `error` of each that was tried, 1e-12 to 100 (those that lift a negative ' +
        'eigenvalue above 0); null without `--ridge auto`',
    ),
  solver: solver.describe('what solved the equations'),
  recomputed: recomputed
    .nullable()
    .describe(
      'entries of the kernels of training and test rows, as above; null for stored kernels and finite networks',
    ),
});

const ofOne = 'of the one result; left out of a sweep';

/** Record of `ntk regress`. */
export const regressRecord = z.object({
  ...commonOf('regress'),
  task: z.enum(['classify', 'regress']).describe('`classify` or `regress`'),
  kind: singleKind.describe('`ntk` or `nngp`'),
  train: z.number().describe('training rows, mirrored copies included'),
  test: z.number().describe('test rows'),
  scale: scaling.nullable().describe('as in `kernel`; null for stored kernels'),
  flip: z.boolean().describe('`--flip`: whether each training image came with its mirrored copy'),
  outputs: z.number().describe('classes, or columns of targets'),
  classes: z
    .array(z.union([z.string(), z.number()]))
    .nullable()
    .describe('class of each output: its name, else the number that labels have; null for numbers'),
  algebra: z.string().describe('what solved the equations: a native library, TensorFlow, or built in'),
  seed: z.number().describe('`--seed`: chooses the rows of the preconditioner'),
  network,
  out: z
    .string()
    .nullable()
    .describe(
      'file of the predictions (`.npy`: outputs `[m, outputs]`; `.csv`: the same, or names of classes where they ' +
        'have any); null without',
    ),
  variance: z.string().nullable().describe('file of the posterior variances; null without'),
  accuracy: quality.accuracy.optional().describe(ofOne),
  rmse: quality.rmse.optional().describe(ofOne),
  residual: quality.residual.optional().describe(ofOne),
  ridge: quality.ridge.optional().describe(ofOne),
  solver: solver.optional().describe(ofOne),
  recomputed: recomputed.nullable().optional().describe(ofOne),
  predictions: z
    .array(z.string())
    .nullable()
    .optional()
    .describe(
      'names of the classes predicted, one a row of TEST; null where classes are no names; left out of a sweep',
    ),
  rows: z
    .array(regressRow)
    .describe('one object for each architecture, number of training rows, ridge and time, the last fastest'),
});

/** What a regression with one kernel gave. */
export type RegressResult = Described<typeof regressRow>;

/** Record of `ntk regress`. */
export type RegressRecord = Described<typeof regressRecord>;
