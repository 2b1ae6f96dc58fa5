import { z } from 'zod';
import { commonOf, type Described, labels, native, pair, planned, precision, reading, recomputed } from './common.js';

/** The plan of a kernel matrix. */
export const kernelPlan = z.object({
  shape: pair.describe('of the matrix'),
  symmetric: z.boolean().describe('whether only the upper half is computed'),
  backend: z.string().describe('as above'),
  precision: precision.describe('as above'),
  threads: z.number().describe('as above'),
  device: z.string().nullable().describe('name of the accelerator; null where the processor computes'),
  native: z.string().nullable().describe('that of the record, as it was planned'),
  compiler: z
    .string()
    .nullable()
    .optional()
    .describe('compiler and instructions of backend `compiled`, on which the last bits depend; null with another'),
  tile: pair.describe('rows and columns of a tile'),
  tiles: z.number().describe('how many are computed'),
  shortcut: z.string().describe('whether the depth is one tabulated function, and why or why not'),
  memoryBytes: planned.memoryBytes,
  memoryLimit: planned.memoryLimit,
  outputBytes: z.number().describe('size of the result'),
  seconds: planned.seconds,
});

/** Record of `ntk kernel`. */
export const kernelRecord = z.object({
  ...commonOf('kernel'),
  out: z.string().nullable().describe('the output file as given; null when the matrix went to stdout'),
  shape: pair.describe('of the matrix, `[n, m]`'),
  kind: z.enum(['ntk', 'nngp', 'both']).describe('`ntk`, `nngp` or `both`'),
  normalized: z.boolean().describe('whether entries were divided by sqrt(K(x,x) K(z,z))'),
  threads: z.number().describe('worker threads'),
  native,
  seed: z.number().describe('`--seed`; no chance is involved in a kernel matrix'),
  scale: reading.scale,
  layout: reading.layout,
  rows: z.string().nullable().describe('ranges `a:b` as given; null: all rows, or no Z'),
  rowsZ: z.string().nullable().describe('ranges `a:b` as given; null: all rows, or no Z'),
  labels: labels.nullable().describe('labels found in the input; null without any'),
  plan: kernelPlan.describe('what was planned before the start'),
  tableError: z
    .number()
    .nullable()
    .describe(
      'largest error of the zonal table against direct evaluation, relative to sqrt(K(x,x) K(z,z)); null without a ' +
        'table',
    ),
  nearPairs: z
    .number()
    .nullable()
    .describe('pairs whose first gap came from the difference or the sum of their rows; null after `--plan`'),
  recomputed: recomputed
    .nullable()
    .describe(
      'entries that backend `reference` computed again; null after `--plan`, and where none were, with the reason ' +
        'in `warnings`',
    ),
});

/** Record of `ntk kernel`. */
export type KernelRecord = Described<typeof kernelRecord>;
