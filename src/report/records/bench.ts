import { z } from 'zod';
import { device } from './backends.js';
import { type CommonRecord, commonOf, type Described, numbers, pair } from './common.js';

/** One measurement with the limit that it is compared with. */
export const benchLine = z.object({
  name: z.string().describe('what was measured'),
  value: z.number().describe('the measurement'),
  unit: z.string().describe('its unit; empty for a ratio'),
  limit: z.string().describe('what it is compared with; may be empty'),
  how: z.string().optional().describe('how it was measured, where the name does not say it'),
});

/** Fields of the record of one benchmark beside those of all records. */
function benchmark<N extends string, F extends z.ZodRawShape>(name: N, fields: F) {
  return z.object({
    ...commonOf('bench'),
    bench: z.literal(name).describe('name of the benchmark'),
    ...fields,
    lines: z.array(benchLine).describe('one object for each measurement'),
  });
}

const machine = { machine: z.string().describe('processor and version of Node') };

const sized = {
  ...machine,
  shape: numbers.describe('rows and features that were measured on'),
  threads: z.number().describe('worker threads'),
};

/** What SciPy measured beside, or why it did not. */
const scipy = z
  .union([
    z.object({
      scipy: z.string(),
      python: z.string(),
      blas: z.array(z.object({ version: z.string(), core: z.string() })),
      lines: z.array(
        z.object({
          k: z.number(),
          seconds: z.number(),
          products: z.number(),
          residual: z.number(),
          smallest: z.number(),
        }),
      ),
    }),
    z.object({ reason: z.string() }),
  ])
  .describe(
    'versions of SciPy and Python, its `blas` (`version` and `core` of each OpenBLAS), its `lines` (`k`, `seconds`, ' +
      '`products`, `residual`, `smallest`: the last eigenvalue), or the `reason` why there are none',
  );

/** Sizes of the work on a GPU. */
const sizes = z.object({
  products: z.array(pair),
  rows: z.number(),
  features: z.number(),
  tile: z.number(),
  streamRows: z.number(),
  streamSeconds: z.number(),
  enough: z.number(),
  rounds: z.number(),
  transfer: pair,
  compared: z.number(),
  images: z.object({ side: z.number(), tile: pair, enough: z.number(), rounds: z.number() }),
});

const gpu = {
  machine: z
    .object({
      processor: z.string(),
      processors: z.number(),
      memoryBytes: z.number(),
      node: z.string(),
    })
    .describe('`processor`, `processors`, `memoryBytes`, and the version of `node`'),
  device: device.nullable().describe('the accelerator, as in `backends`'),
  deviceVersion: z.string().nullable().describe('of the device or library'),
  sizes: sizes.describe('sizes of the work'),
  threads: z.number().describe('worker threads'),
  parts: z
    .array(z.object({ name: z.string(), seconds: z.number(), error: z.string().optional() }))
    .describe('parts of the benchmark as they went: `name`, `seconds`, and the `error` that ended it'),
  notes: z.array(z.string()).describe('what a reader should know'),
};

const tensorflow = {
  library: z.string().describe('version of TensorFlow, and what it computes on'),
  device: z.string().nullable().describe('its accelerator; null where the processor computes'),
  shape: numbers.describe('rows and features that were measured on'),
  tile: z.number().describe('side of the tile'),
};

/** Records of `ntk bench`, by benchmark. */
export const BENCH_RECORDS = {
  kernel: benchmark('kernel', sized),
  eigs: benchmark('eigs', { ...sized, scipy }),
  conv: benchmark('conv', {}),
  empirical: benchmark('empirical', sized),
  start: benchmark('start', machine),
  gpu: benchmark('gpu', gpu),
  tensorflow: benchmark('tensorflow', tensorflow),
} as const;

/** Record of `ntk bench`. */
export const benchRecord = z.discriminatedUnion('bench', [
  BENCH_RECORDS.kernel,
  BENCH_RECORDS.eigs,
  BENCH_RECORDS.conv,
  BENCH_RECORDS.empirical,
  BENCH_RECORDS.start,
  BENCH_RECORDS.gpu,
  BENCH_RECORDS.tensorflow,
]);

/** Fields of the record of one benchmark that no other command has. */
export type BenchFields<N extends keyof typeof BENCH_RECORDS> = Omit<
  Described<(typeof BENCH_RECORDS)[N]>,
  keyof CommonRecord | 'bench'
>;

/** Record of `ntk bench`. */
export type BenchRecord = Described<typeof benchRecord>;
