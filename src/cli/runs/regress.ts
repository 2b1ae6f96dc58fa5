import type { Labels } from '../../data/index.js';
import { NumericalError, UsageError } from '../../errors.js';
import type { LinearAlgebra } from '../../linalg/algebra.js';
import type { Recomputed } from '../../operators/recomputed.js';
import { now } from '../../platform/clock.js';
import { defaultMemory } from '../../platform/limits.js';
import {
  type PlannedRegression,
  planRegression,
  runRegression,
  type SizedFit,
} from '../../regression/kernel-regression.js';
import { accuracy, rootMeanSquareError, type Targets, targetsOf, testLabelsOf } from '../../regression/targets.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import type { RegressRecord, RegressResult } from '../../report/records/regress.js';
import { regressText } from '../../report/text/regress.js';
import type { Origin } from '../../sources/source.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import type { ParsedArguments } from '../options/parsed.js';
import { type RegressJob, readRegressJob } from '../options/regress.js';
import type { Variant } from '../options/sweep.js';
import { print, say, warn } from '../print.js';
import { openProgress, wantsProgress } from '../progress.js';
import { jobAlgebra } from './job-algebra.js';
import { classNames, predictedNames, unknownClasses, writeArray, writePredictions } from './regress-output.js';
import { fromData, type Start } from './regress-source.js';
import { fromStored } from './regress-stored.js';

/** Seconds of each stage. */
interface Clock {
  load: number;
  compile: number;
  compute: number;
  solve: number;
  write: number;
}

interface Work {
  readonly args: ParsedArguments;
  readonly job: RegressJob;
  readonly start: Start;
  readonly targets: Targets;
  /** Ascending numbers of training rows. */
  readonly sizes: readonly number[];
  readonly algebra: LinearAlgebra;
  readonly memory: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** What was said beside the warnings of the start, for the record. */
  readonly warnings: string[];
  /** Names of the classes predicted by the last fit; null where classes have none. */
  predicted: readonly string[] | null;
}

/** One architecture, its kernel and what will solve with it. */
interface Planned {
  readonly variant: Variant | null;
  readonly regression: PlannedRegression;
}

/** Training rows of each size; of images with mirrored copies twice as many as are asked for. */
function sizesOf({ trainSizes, flip }: RegressJob, rows: number): readonly number[] {
  const each = flip ? 2 : 1;
  const n = rows / each;
  const most = trainSizes?.[trainSizes.length - 1] ?? n;
  if (most > n) {
    throw new UsageError(
      `--train-sizes: must be at most the rows of TRAIN, ${n}, got ${most}. Give fewer, or more --rows.`,
    );
  }
  return (trainSizes ?? [n]).map((size) => each * size);
}

/** Rows of TRAIN among training rows. */
function imagesOf({ flip }: RegressJob, rows: number): number {
  return flip ? rows / 2 : rows;
}

/** How near the tolerance a residual is, as a bar; steps do not count. */
async function progressOf({ args, job }: Work) {
  if (!wantsProgress(args)) return { onIteration: () => undefined, stop: () => undefined };
  const bar = await openProgress(!args.switches.has('progress'), 'products');
  let start: number | null = null;
  const onIteration = (iteration: number, residual: number): void => {
    start ??= now();
    const done = Math.round(100 * Math.min(1, Math.max(0, Math.log(residual) / Math.log(job.tol))));
    bar.update({ done, total: 100, rate: iteration / Math.max(1e-9, now() - start), remaining: Number.NaN });
  };
  return { onIteration, stop: bar.stop };
}

/** Looks at all architectures before anything is computed, so that what does not fit is refused at once. */
async function planAll(work: Work): Promise<readonly Planned[]> {
  const { job, start, targets, sizes, algebra, memory, signal } = work;
  const planned: Planned[] = [];
  for (const variant of job.stored === null ? job.variants : [null]) {
    const regression = await planRegression(await start.kernel(variant), targets, {
      ...{ algebra, memory, signal, trainSizes: sizes },
      ridges: job.ridges,
      times: job.times,
      solver: job.solver,
      tolerance: job.tol,
      iterations: job.iterations,
      seed: job.compute.seed,
      variance: job.variance !== null,
      pairs: job.flip,
    });
    planned.push({ variant, regression });
  }
  return planned;
}

function quality(
  targets: Targets,
  predictions: Float64Array,
  given: Labels | null,
): Pick<RegressResult, 'accuracy' | 'rmse'> {
  if (given === null) return { accuracy: null, rmse: null };
  const labels = testLabelsOf(given, targets);
  if (targets.classes === null) return { accuracy: null, rmse: rootMeanSquareError(predictions, labels) };
  return { accuracy: accuracy(predictions, targets.classes, labels), rmse: null };
}

function resultOf({ job, start, targets }: Work, { variant }: Planned, recomputed: Recomputed | null, origin: Origin) {
  return (fit: SizedFit, predictions: Float64Array): RegressResult => {
    const bad = predictions.find((v) => !Number.isFinite(v));
    if (bad !== undefined) {
      throw new NumericalError(
        `regress: predictions must be finite, got ${bad}. Check the kernels, or use a larger --ridge.`,
      );
    }
    return {
      name: variant?.name ?? job.stored?.kernel ?? '',
      ...variant?.flags,
      backend: origin.backend,
      native: origin.native,
      trainSize: imagesOf(job, fit.trainSize),
      ...quality(targets, predictions, start.testLabels),
      residual: fit.residual,
      ridge: fit.ridge,
      time: fit.time === Infinity ? null : fit.time,
      leaveOneOut: fit.leaveOneOut,
      solver: fit.solver,
      recomputed,
    };
  };
}

/** Warnings of all fits, with what they are of where there are several. */
function warningsOf({ job, sizes }: Work, { variant }: Planned, fits: readonly SizedFit[]): string[] {
  const parts = ({ trainSize }: SizedFit): string[] => [
    ...(job.variants.length > 1 ? [variant?.name ?? ''] : []),
    ...(sizes.length > 1 ? [`${imagesOf(job, trainSize)} rows`] : []),
  ];
  const prefix = (fit: SizedFit): string =>
    parts(fit)
      .map((part) => `${part}: `)
      .join('');
  return fits.flatMap((fit) => fit.warnings.map((warning) => prefix(fit) + warning));
}

async function one(work: Work, planned: Planned): Promise<readonly RegressResult[]> {
  const { job, targets, clock } = work;
  const progress = await progressOf(work);
  const { regression } = planned;
  const options = { ...regression.options, onIteration: progress.onIteration };
  const found = await runRegression({ ...regression, options }).finally(progress.stop);
  const { fits, predictions, variances, origin, stages } = found;
  for (const stage of ['compile', 'compute', 'solve'] as const) clock[stage] += stages[stage];
  const { recomputed, warnings } = found.recomputation;
  for (const warning of new Set([...warningsOf(work, planned, fits), ...warnings])) {
    say(`ntk: warning: ${warning}`);
    work.warnings.push(warning);
  }
  const result = resultOf(work, planned, recomputed, origin);
  const results = fits.map((fit, k) => result(fit, predictions[k]));
  work.predicted = predictedNames(predictions[predictions.length - 1], targets);
  const began = now();
  // With a file there is one fit.
  if (job.out !== null) await writePredictions(job.out, predictions[0], targets, job.force);
  if (job.variance !== null && variances !== null) {
    await writeArray(job.variance, { data: variances, shape: [variances.length, 1] }, job.force);
  }
  clock.write += now() - began;
  return results;
}

function recordOf(work: Work, results: readonly RegressResult[]): RegressRecord {
  const { job, start, targets, algebra, clock, sizes, warnings } = work;
  const definitions = job.variants.map(({ definition }) => definition);
  const head = {
    command: 'regress' as const,
    backend: results[0].backend,
    precision: job.compute.precision,
    stages: { ...clock },
    architecture: definitions.length === 0 ? null : definitions.length === 1 ? definitions[0] : definitions,
    inputs: start.inputs,
    warnings: [...start.warnings, ...warnings],
  };
  const { accuracy: share, rmse, residual, ridge, solver, recomputed } = results[0];
  return {
    ...commonRecord(head),
    task: targets.task,
    kind: job.compute.kind === 'nngp' ? 'nngp' : 'ntk',
    train: sizes[sizes.length - 1],
    test: start.m,
    scale: job.stored === null ? job.input.scale : null,
    flip: job.flip,
    outputs: targets.outputs,
    classes: classNames(targets),
    algebra: algebra.name,
    seed: job.compute.seed,
    network: job.finite,
    out: job.out,
    variance: job.variance,
    ...(results.length === 1
      ? { accuracy: share, rmse, residual, ridge, solver, recomputed, predictions: work.predicted }
      : {}),
    rows: results,
  };
}

async function open(args: ParsedArguments, asked: RegressJob, signal: AbortSignal): Promise<Work> {
  const memory = asked.compute.memory ?? defaultMemory();
  const isData = asked.stored === null;
  const start = isData ? await fromData(args, asked, memory, signal) : await fromStored(asked, memory, signal);
  const job = { ...asked, variants: start.variants };
  const targets = targetsOf(start.labels, job.task);
  const sizes = sizesOf(job, start.n);
  const clock: Clock = { load: now(), compile: 0, compute: 0, solve: 0, write: 0 };
  const warnings = [...unknownClasses(targets, start.testLabels)];
  warn(warnings);
  const algebra = await jobAlgebra(job.compute, sizes[sizes.length - 1], warnings);
  return { args, job, start, targets, sizes, algebra, memory, signal, clock, warnings, predicted: null };
}

/** Says which fits are not solved to the tolerance, and what helps. */
function failures(results: readonly RegressResult[], tol: number): string[] {
  return results
    .filter(({ solver }) => !solver.converged)
    .map(({ name, trainSize, ridge, solver }) => {
      const where = `${name}, ${trainSize} rows, ridge ${ridge}`;
      const residual = solver.residual.toExponential(1);
      return solver.name === 'cg'
        ? `${where}: conjugate gradients stopped after ${solver.iterations} iterations at a residual of ${residual}, ` +
            `tolerance ${tol}. Raise --iterations, --tol or --ridge.`
        : `${where}: the equations are solved to a residual of ${residual}, tolerance ${tol}. Raise --ridge or --tol.`;
    });
}

/** Runs `ntk regress`. */
export async function runRegress(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const work = await open(args, readRegressJob(args), signal);
  const { job, start, targets, clock } = work;
  const planned = await planAll(work);
  clock.compile = now() - clock.load;
  warn(start.warnings);
  const results: RegressResult[] = [];
  for (const each of planned) results.push(...(await one(work, each)));
  if (job.json) await print(jsonText(recordOf(work, results)));
  else await print(regressText(results, { task: targets.task, test: start.m, flip: job.flip, out: job.out }));
  const failed = failures(results, job.tol);
  for (const failure of failed) say(`ntk: not converged: ${failure}`);
  return failed.length === 0 ? EXIT.done : EXIT.tolerance;
}
