import { z } from 'zod';
import { commonOf, type Described, labels, numbers, precision, reading } from './common.js';

const method = z.enum(['structured', 'jacobian', 'products']);
const asAbove = 'as above';
const asInKernel = 'as in `kernel`';

/** A trained layer, or a variable of a model, in the plan. */
const layer = z.object({ path: z.string(), method, parameters: z.number() });

/** The plan of an empirical kernel. */
export const empiricalPlan = z.object({
  shape: numbers.describe(asAbove),
  symmetric: z.boolean().describe(asAbove),
  backend: z.string().describe(asAbove),
  precision: precision.describe(asAbove),
  threads: z.number().describe(asAbove),
  algebra: z.string().describe('what computes the products: a native library, or built in'),
  outputs: z.number().describe('outputs of the network'),
  parameters: z.number().describe('its weights and biases, frozen ones too'),
  layers: z
    .array(layer)
    .describe(
      'trained layers, of a model its trained variables: `path`, `method` (`structured`, `jacobian`), `parameters`',
    ),
  examples: z.number().describe('what passes the network, and goes back, together'),
  outputsAtOnce: z.number().describe('what passes the network, and goes back, together'),
  rowsAtOnce: z
    .number()
    .describe(
      'rows of the result that are in memory together: fewer than all where it is larger than the promise, and ' +
        'goes to a `.npy` file',
    ),
  memoryBytes: z.number().describe('as in the plan of a kernel'),
  memoryLimit: z.number().describe('as in the plan of a kernel'),
  outputBytes: z.number().describe('as in the plan of a kernel'),
  seconds: z.number().describe('as in the plan of a kernel'),
});

/** Gradients of a model against differences of its outputs. */
export const slopes = z.object({
  directions: z
    .number()
    .describe('random directions: one for each variable, or for some together where there are more than 12'),
  undecided: z.number().describe('those along which differences of numbers in f32 show no slope'),
  difference: z
    .number()
    .describe(
      'between the two slopes, relative to them; of the direction where it is the largest part of its tolerance',
    ),
  tolerance: z
    .number()
    .describe(
      'what it may be: what differences of several steps disagree by. Beyond it nothing is computed, and the exit ' +
        'code is 2',
    ),
});

/** A block of an empirical kernel that was computed twice. */
export const empiricalCheck = z.object({
  methods: z.array(method).describe('that computed the block again, each layer by another than before'),
  difference: z.number().describe('largest, relative to the largest entry of the block'),
  tolerance: z.number().describe('what it may be; else the exit code is 3'),
  slopes: slopes.optional().describe('of `--model` alone: gradients against central differences of the outputs'),
});

/** A saved model and its files. */
const model = z.object({
  path: z.string(),
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
});

/** Record of `ntk empirical`. */
export const empiricalRecord = z.object({
  ...commonOf('empirical'),
  out: z.string().nullable().describe('the output file as given; null when the matrix went to stdout'),
  shape: numbers.describe('of the result: `[n, m]`, or `[n, m, o, o]`'),
  contract: z.enum(['trace', 'full']).describe('`trace` (mean over the outputs) or `full`'),
  width: z.number().nullable().describe('as given; null: 512'),
  outputs: z.number().describe('outputs of the network'),
  init: z
    .enum(['gaussian', 'orthogonal'])
    .nullable()
    .describe('law of the weights as given; null: that of the architecture'),
  weights: z.string().nullable().describe('files as given; null without'),
  saveWeights: z.string().nullable().describe('files as given; null without'),
  model: model
    .nullable()
    .describe(
      'of `--model`: its `path`, and `files` with the `path` and `sha256` of each; `architecture`, `width`, `init` ' +
        'and `seed` are null then',
    ),
  contributions: z.string().nullable().describe('file as given; null without'),
  threads: z.number().describe(asInKernel),
  native: z.string().nullable().describe('as in `kernel`, of the matrix products of the network'),
  seed: z.number().nullable().describe('of the weights'),
  scale: reading.scale.describe(asInKernel),
  layout: reading.layout.describe(asInKernel),
  rows: z.string().nullable().describe(asInKernel),
  rowsZ: z.string().nullable().describe(asInKernel),
  labels: labels.nullable().describe(asInKernel),
  plan: empiricalPlan.describe('what was planned before the start'),
  check: empiricalCheck.nullable().describe('a 2 x 2 block computed by another method; null after `--plan`'),
});

/** Record of `ntk empirical`. */
export type EmpiricalRecord = Described<typeof empiricalRecord>;
