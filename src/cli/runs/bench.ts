import { MEASURED_BACKENDS, type MeasuredBackend } from '../../bench/backend.js';
import type { BenchOutcome } from '../../bench/outcome.js';
import { UsageError } from '../../errors.js';
import { now } from '../../platform/clock.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import { BENCHMARKS, type Benchmark } from '../commands/benchmarks.js';
import { EXIT } from '../exit.js';
import { nearestText } from '../nearest.js';
import { type ParsedArguments, parsedOf } from '../options/parsed.js';
import { nonEmpty, oneOf, positiveInteger } from '../options/values.js';
import { print } from '../print.js';

/** What a benchmark is told. */
export interface BenchOptions {
  readonly data?: string;
  readonly threads?: number;
  readonly backend?: MeasuredBackend;
  readonly json: boolean;
}

/** Every benchmark; each is loaded when it is wanted. */
const BENCHES: { readonly [N in Benchmark]: () => Promise<(options: BenchOptions) => Promise<BenchOutcome<N>>> } = {
  kernel: async () => (await import('../../bench/kernel.js')).benchKernel,
  eigs: async () => (await import('../../bench/eigs.js')).benchEigs,
  conv: async () => (await import('../../bench/conv.js')).benchConv,
  empirical: async () => (await import('../../bench/empirical.js')).benchEmpirical,
  gpu: async () => (await import('../../bench/gpu.js')).benchGpu,
  tensorflow: async () => (await import('../../bench/tensorflow.js')).benchTensorflow,
  start: async () => (await import('../../bench/start.js')).benchStart,
};

/** Runs `ntk bench`. */
export async function runBench(args: ParsedArguments): Promise<number> {
  const [what] = args.positionals;
  const name = BENCHMARKS.find((one) => one === what);
  if (name === undefined) {
    const remedy = nearestText(what, BENCHMARKS) ?? `For example ntk bench ${BENCHMARKS[0]}.`;
    throw new UsageError(`ntk bench: must be followed by one of ${BENCHMARKS.join(', ')}, got ${what}. ${remedy}`);
  }
  const data = parsedOf(args, 'data', nonEmpty);
  const threads = parsedOf(args, 'threads', positiveInteger);
  const backend = parsedOf(args, 'backend', oneOf(MEASURED_BACKENDS));
  const json = args.switches.has('json');
  const bench = await BENCHES[name]();
  const load = now();
  const { result, text } = await bench({
    ...(data === undefined ? {} : { data }),
    ...(threads === undefined ? {} : { threads }),
    ...(backend === undefined ? {} : { backend }),
    json,
  });
  if (!json) {
    await print(text);
    return EXIT.done;
  }
  const stages = { load, compute: now() - load };
  const head = {
    command: 'bench',
    backend: null,
    precision: null,
    stages,
    architecture: null,
    inputs: [],
    warnings: [],
  };
  await print(jsonText({ ...commonRecord(head), bench: name, ...result }));
  return EXIT.done;
}
