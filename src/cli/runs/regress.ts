import { extname } from 'node:path';
import { defaultMemory } from '../../backend/limits.js';
import type { NdArray } from '../../data/array.js';
import { readableBytes } from '../../data/budget.js';
import { readInput } from '../../data/input.js';
import { readLabels } from '../../data/labels.js';
import { writeNpy } from '../../data/write/npy.js';
import { DataError, MemoryError, UsageError } from '../../errors.js';
import type { LinearAlgebra } from '../../linalg/algebra.js';
import { linearAlgebra } from '../../linalg/index.js';
import { computedOperator } from '../../matrix/computed-operator.js';
import { kernelMatrix } from '../../matrix/kernel-matrix.js';
import type { KernelOptions } from '../../matrix/types.js';
import { type Regression, regress } from '../../regression/regress.js';
import { meanDiagonal, shiftedFactor } from '../../regression/ridge.js';
import { accuracy, rootMeanSquareError, type Targets, targetsOf } from '../../regression/targets.js';
import { posteriorVariance } from '../../regression/variance.js';
import { matrixCsv } from '../../report/csv.js';
import { writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/json.js';
import { commonRecord, type InputRecord } from '../../report/record.js';
import { type RegressResult, regressText } from '../../report/regress-text.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { loadInputs } from '../load.js';
import type { ParsedArguments } from '../options/parsed.js';
import { type RegressJob, readRegressJob } from '../options/regress.js';
import type { Variant } from '../options/sweep.js';
import { print, say } from '../print.js';

/** What a regression starts from, whether data or stored kernels. */
interface Start {
  readonly inputs: readonly InputRecord[];
  readonly warnings: readonly string[];
  readonly labels: Float64Array;
  readonly testLabels: Float64Array | null;
  readonly n: number;
  readonly m: number;
  /** The kernels of an architecture (null: the stored ones) in float64. */
  kernels(variant: Variant | null): Promise<Kernels>;
}

interface Kernels {
  readonly kernel: Float64Array;
  readonly cross: Float64Array;
  /** K(z,z) of the test rows; null unless variances are wanted. */
  readonly diagonal: Float64Array | null;
  readonly backend: string;
  /** BLAS that computed the inner products; null without. */
  readonly native: string | null;
}

/** Seconds of each stage. */
interface Clock {
  load: number;
  compute: number;
  solve: number;
  write: number;
}

const now = (): number => performance.now() / 1000;

/** Matrices of n x n doubles that live at once: K, K plus the ridge, its factor or its eigenvectors and their workspace. */
const COPIES = { cholesky: 3, eigen: 5 } as const;

function checkMemory({ n, m }: Start, job: RegressJob, limit: number): void {
  const copies = job.ridge === 'auto' || job.time !== null ? COPIES.eigen : COPIES.cholesky;
  const needed = process.memoryUsage.rss() + 8 * n * (copies * n + m);
  if (needed <= limit) return;
  throw new MemoryError(
    `--memory: the regression needs about ${readableBytes(needed)}, got a promise of ${readableBytes(limit)}. Raise --memory, or choose fewer --rows.`,
  );
}

function noLabels(where: string): UsageError {
  return new UsageError(
    `${where}: must come with labels, got none. Give --labels F, or --label-column for a csv that holds them.`,
  );
}

const doubles = (a: NdArray): Float64Array => (a.data instanceof Float64Array ? a.data : Float64Array.from(a.data));

async function diagonalOf(x: NdArray, options: KernelOptions): Promise<Float64Array> {
  const operator = await computedOperator(x, options);
  try {
    return await operator.diagonal();
  } finally {
    await operator.close();
  }
}

async function fromData(args: ParsedArguments, job: RegressJob, memory: number, signal: AbortSignal): Promise<Start> {
  const data = await loadInputs(args.positionals, job.input, { memory, signal });
  const { x, z, labelValues } = data;
  if (labelValues.x === null) throw noLabels(args.positionals[0]);
  const test = z ?? x;
  const { seed: _seed, kind, ...compute } = job.compute;
  return {
    inputs: data.inputs,
    warnings: data.warnings,
    labels: labelValues.x,
    testLabels: labelValues.z,
    n: x.shape[0],
    m: test.shape[0],
    kernels: async (variant) => {
      if (variant === null) throw noLabels(args.positionals[0]);
      const wanted = kind === 'nngp' ? ('nngp' as const) : ('ntk' as const);
      const options = { ...compute, architecture: variant.definition, kind: wanted, signal };
      const square = await kernelMatrix(x, options);
      const oblong = await kernelMatrix(test, { ...options, z: x });
      const pick = (k: typeof square): Float64Array => doubles('ntk' in k && k.ntk !== undefined ? k.ntk : k.nngp);
      const diagonal = job.variance === null ? null : await diagonalOf(test, options);
      return {
        kernel: pick(square),
        cross: pick(oblong),
        diagonal,
        backend: square.run.plan.backend,
        native: square.run.plan.native,
      };
    },
  };
}

async function fromStored(job: RegressJob, memory: number, signal: AbortSignal): Promise<Start> {
  const { kernel: path, cross: crossPath } = job.stored ?? { kernel: '', cross: '' };
  const kernel = await readInput(path, { memoryLimit: memory, signal });
  const cross = await readInput(crossPath, { memoryLimit: memory, signal });
  const [n, columns] = kernel.shape;
  if (kernel.shape.length !== 2 || n !== columns) {
    throw new DataError(
      `${path}: must be a square matrix [n, n], got [${kernel.shape.join(', ')}]. Compute it without Z.`,
    );
  }
  if (cross.shape.length !== 2 || cross.shape[1] !== n) {
    throw new DataError(
      `${crossPath}: must be [m, ${n}], test rows against the ${n} training rows, got [${cross.shape.join(', ')}]. Compute it as ntk kernel TEST TRAIN.`,
    );
  }
  const { labels, testLabels, rows, rowsZ } = job.input;
  const read = async (
    file: string | null | undefined,
    range: typeof rows,
    count: number,
  ): Promise<Float64Array | null> => {
    if (file === null || file === undefined) return null;
    const found = await readLabels(file, { ...(range === null ? {} : { rows: range }), memoryLimit: memory, signal });
    if (found.shape[0] === count) return found.data;
    throw new DataError(
      `${file}: labels must be one a row of the kernel, got ${found.shape[0]} for ${count} rows. Give the labels of these rows, with --rows.`,
    );
  };
  const own = await read(labels, rows, n);
  if (own === null) throw noLabels(path);
  return {
    inputs: [kernel, cross].map(({ path: where, shape, sha256 }) => ({ path: where, shape, sha256 })),
    warnings: [...kernel.warnings, ...cross.warnings],
    labels: own,
    testLabels: await read(testLabels, rowsZ, cross.shape[0]),
    n,
    m: cross.shape[0],
    kernels: async () => ({
      kernel: doubles(kernel),
      cross: doubles(cross),
      diagonal: null,
      backend: 'stored',
      native: null,
    }),
  };
}

function quality(
  targets: Targets,
  predictions: Float64Array,
  labels: Float64Array | null,
): Pick<RegressResult, 'accuracy' | 'rmse'> {
  if (labels === null) return { accuracy: null, rmse: null };
  if (targets.classes === null) return { accuracy: null, rmse: rootMeanSquareError(predictions, labels) };
  return { accuracy: accuracy(predictions, targets.classes, labels), rmse: null };
}

async function writeArray(path: string, matrix: NdArray): Promise<void> {
  if (extname(path).toLowerCase() === '.npy') await writeNpy(path, matrix);
  else await writeWhole(path, [...matrixCsv(matrix, 'f64')].join(''));
}

async function writePredictions({ out }: RegressJob, { predictions }: Regression, outputs: number): Promise<void> {
  if (out !== null) await writeArray(out, { data: predictions, shape: [predictions.length / outputs, outputs] });
}

/** Computes and writes the posterior variances of the test rows. */
async function writeVariance(work: Work, { kernel, cross, diagonal }: Kernels, ridge: number): Promise<void> {
  const { job, start, algebra, clock } = work;
  if (job.variance === null || diagonal === null) return;
  const began = now();
  const factor = await shiftedFactor(kernel, start.n, ridge * meanDiagonal(kernel, start.n), algebra);
  const variances = posteriorVariance(diagonal, cross, factor);
  clock.solve += now() - began;
  await writeArray(job.variance, { data: variances, shape: [variances.length, 1] });
}

interface Work {
  readonly job: RegressJob;
  readonly start: Start;
  readonly targets: Targets;
  readonly algebra: LinearAlgebra;
  readonly clock: Clock;
}

async function one(work: Work, variant: Variant | null): Promise<RegressResult> {
  const { job, start, targets, algebra, clock } = work;
  const began = now();
  const kernels = await start.kernels(variant);
  const { kernel, cross, backend, native } = kernels;
  const computed = now();
  clock.compute += computed - began;
  const options = { ridge: job.ridge, algebra, ...(job.time === null ? {} : { time: job.time }) };
  const found = await regress({ kernel, cross, targets: targets.values, n: start.n }, options);
  const solved = now();
  clock.solve += solved - computed;
  await writePredictions(job, found, targets.outputs);
  clock.write += now() - solved;
  await writeVariance(work, kernels, found.ridge);
  return {
    name: variant?.name ?? job.stored?.kernel ?? '',
    ...variant?.flags,
    backend,
    native,
    ...quality(targets, found.predictions, start.testLabels),
    residual: found.residual,
    ridge: found.ridge,
    time: job.time,
    leaveOneOut: found.leaveOneOut,
  };
}

function recordOf(work: Work, results: readonly RegressResult[], command: string, compile: number): object {
  const { job, start, targets, algebra, clock } = work;
  const definitions = job.variants.map(({ definition }) => definition);
  const head = {
    command,
    backend: results[0].backend,
    precision: job.compute.precision,
    stages: { ...clock, compile },
    architecture: definitions.length === 0 ? null : definitions.length === 1 ? definitions[0] : definitions,
    inputs: start.inputs,
    warnings: start.warnings,
  };
  const [only] = results;
  return {
    ...commonRecord(head),
    task: targets.task,
    kind: job.compute.kind,
    train: start.n,
    test: start.m,
    outputs: targets.outputs,
    algebra: algebra.name,
    out: job.out,
    variance: job.variance,
    ...(results.length === 1
      ? { accuracy: only.accuracy, rmse: only.rmse, residual: only.residual, ridge: only.ridge }
      : {}),
    rows: results,
  };
}

/** Runs `ntk regress`. */
export async function runRegress(args: ParsedArguments, { command, signal }: CommandContext): Promise<number> {
  const job = readRegressJob(args);
  const memory = job.compute.memory ?? defaultMemory();
  const start = job.stored === null ? await fromData(args, job, memory, signal) : await fromStored(job, memory, signal);
  checkMemory(start, job, memory);
  for (const warning of start.warnings) say(`ntk: warning: ${warning}`);
  const clock: Clock = { load: now(), compute: 0, solve: 0, write: 0 };
  const algebra = await linearAlgebra(job.compute.native);
  const compile = now() - clock.load;
  const work: Work = { job, start, targets: targetsOf(start.labels, job.task), algebra, clock };
  const results: RegressResult[] = [];
  for (const variant of job.stored === null ? job.variants : [null]) results.push(await one(work, variant));
  if (job.json) await print(jsonText(recordOf(work, results, command, compile)));
  else await print(regressText(results, { task: work.targets.task, train: start.n, test: start.m, out: job.out }));
  return EXIT.done;
}
