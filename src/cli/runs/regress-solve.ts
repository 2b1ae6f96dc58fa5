import type { CholeskyFactor, LinearAlgebra } from '../../linalg/algebra.js';
import type { CrossOperator } from '../../operators/cross.js';
import { type Fit, fitKernel } from '../../regression/fit.js';
import { fitByProducts, type ProductFit } from '../../regression/fit-by-products.js';
import { byRow } from '../../regression/predict.js';
import type { Targets } from '../../regression/targets.js';
import { posteriorVariance } from '../../regression/variance.js';
import type { SolverFacts } from '../../report/records/regress.js';
import type { ParsedArguments } from '../options/parsed.js';
import type { RegressJob } from '../options/regress.js';
import { openProgress, wantsProgress } from '../progress.js';
import type { Choice } from './regress-memory.js';
import type { Kernels } from './regress-source.js';

/** Seconds of each stage. */
export interface Clock {
  load: number;
  compile: number;
  compute: number;
  solve: number;
  write: number;
}

/** Seconds since the process started. */
export const now = (): number => performance.now() / 1000;

/** What solves and what it solves for. */
export interface Task {
  readonly args: ParsedArguments;
  readonly job: RegressJob;
  readonly kernels: Kernels;
  readonly targets: Targets;
  /** Ascending numbers of training rows. */
  readonly sizes: readonly number[];
  readonly choice: Choice;
  readonly algebra: LinearAlgebra;
  readonly memory: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A fit of the first training rows. */
export interface SizedFit extends Fit {
  /** Training rows. */
  readonly trainSize: number;
  readonly solver: SolverFacts;
}

/** Fits of all sizes, and the variances where they are wanted. */
export interface Solved {
  readonly fits: readonly SizedFit[];
  /** `[m]` */
  readonly variances: Float64Array | null;
}

/** The first `size` targets of each output: `[outputs, size]`. */
function firstTargets({ values, outputs }: Targets, size: number): Float64Array {
  const n = values.length / outputs;
  if (size === n) return values;
  const result = new Float64Array(outputs * size);
  for (let c = 0; c < outputs; c++) result.set(values.subarray(c * n, c * n + size), c * size);
  return result;
}

/** Moves the first `to` rows and columns of K `[from, from]` to the front of its memory: `[to, to]`. */
function shrink(values: Float64Array, from: number, to: number): Float64Array {
  if (to < from) for (let i = 1; i < to; i++) values.copyWithin(i * to, i * from, i * from + to);
  return values.subarray(0, to * to);
}

/** Test rows as a Gaussian process sees them: K(test, train) `[m, n]` and K(z,z) `[m]`. */
interface TestRows {
  readonly cross: Float64Array;
  readonly diagonal: Float64Array;
}

async function testRows({ job, kernels, memory, choice, clock }: Task): Promise<TestRows | null> {
  if (job.variance === null) return null;
  const began = now();
  const diagonal = await kernels.testDiagonal(memory - choice.later);
  const cross = await kernels.crossMatrix(memory - choice.later);
  clock.compute += now() - began;
  return { cross, diagonal };
}

/** How well a fit solves its equations; one that Cholesky could not make was made of eigenpairs. */
function factsOf({ choice, job }: Task, { error, method }: Fit): SolverFacts {
  const isOther = method !== choice.solver;
  const reason = isOther ? `${choice.solver} found the kernel singular to rounding` : choice.reason;
  return { name: method, reason, converged: error <= job.tol, tol: job.tol, residual: error };
}

/** Stores the kernel once; its prefixes are fitted from the largest to the smallest, each in the memory of the one before. */
async function solveDense(task: Task): Promise<Solved> {
  const { job, kernels, targets, sizes, choice, algebra, memory, clock } = task;
  const began = now();
  const largest = sizes[sizes.length - 1];
  const { values, roundoff, run } = await kernels.matrix(largest, memory - choice.held);
  const computed = now();
  const compile = run?.stages.compile ?? 0;
  clock.compile += compile;
  clock.compute += computed - began - compile;
  const rows = await testRows(task);
  const ready = now();
  const found: SizedFit[][] = [];
  let variances: Float64Array | null = null;
  let before = largest;
  for (const n of [...sizes].reverse()) {
    const kernel = shrink(values, before, n);
    before = n;
    const useFactor = (factor: CholeskyFactor): void => {
      if (rows !== null) variances = posteriorVariance(rows.diagonal, rows.cross, factor);
    };
    const name = kernels.name === undefined ? {} : { name: kernels.name };
    const fits = await fitKernel(
      { kernel, targets: firstTargets(targets, n), n, roundoff, ...name },
      {
        ridges: job.ridges,
        times: job.times ?? [Infinity],
        algebra,
        inPlace: true,
        decompose: choice.decompose,
        ...(rows === null ? {} : { useFactor }),
      },
    );
    found.unshift(fits.map((fit) => ({ ...fit, trainSize: n, solver: factsOf(task, fit) })));
  }
  clock.solve += now() - ready;
  return { fits: found.flat(), variances };
}

/** How near the tolerance a residual is, as a bar; steps do not count. */
async function watched<T>(
  { args, job }: Task,
  work: (tell: (iteration: number, residual: number) => void) => Promise<T>,
): Promise<T> {
  if (!wantsProgress(args)) return work(() => undefined);
  const bar = await openProgress(!args.switches.has('progress'), 'products');
  const start = now();
  try {
    return await work((iteration, residual) => {
      const done = Math.round(100 * Math.min(1, Math.max(0, Math.log(residual) / Math.log(job.tol))));
      bar.update({ done, total: 100, rate: iteration / (now() - start), remaining: Number.NaN });
    });
  } finally {
    bar.stop();
  }
}

async function iterate(task: Task, n: number): Promise<readonly ProductFit[]> {
  const { job, kernels, targets, choice, algebra, memory, signal, clock } = task;
  const began = now();
  const kernel = await kernels.operator(n, memory - choice.held);
  const opened = now();
  clock.compile += opened - began;
  try {
    const data = {
      kernel,
      rows: (numbers: readonly number[]) => kernels.rows(numbers, n, memory - choice.later),
      targets: firstTargets(targets, n),
    };
    return await watched(task, (onProgress) =>
      fitByProducts(data, {
        ridges: job.ridges.map(Number),
        tolerance: job.tol,
        iterations: job.iterations,
        rank: choice.rank,
        seed: job.compute.seed,
        algebra,
        signal,
        onProgress,
      }),
    );
  } finally {
    await kernel.close();
    clock.solve += now() - opened;
  }
}

async function solveByProducts(task: Task): Promise<Solved> {
  const found: SizedFit[] = [];
  for (const n of task.sizes) {
    for (const { converged, iterations, products, rank, ...fit } of await iterate(task, n)) {
      const facts = { iterations, products, preconditioner: rank === 0 ? 'none' : 'partial Cholesky', rank };
      const solver = {
        name: 'cg' as const,
        reason: task.choice.reason,
        converged,
        tol: task.job.tol,
        residual: fit.error,
        ...facts,
      };
      found.push({ ...fit, trainSize: n, solver });
    }
  }
  return { fits: found, variances: null };
}

/** Fits every size, ridge and time, as the memory allows. */
export async function solve(task: Task): Promise<Solved> {
  return task.choice.solver === 'cg' ? solveByProducts(task) : solveDense(task);
}

/** Coefficients of all fits, one after the other, each `[outputs, columns]` with zeros for rows that it did not see. */
function stacked(fits: readonly Fit[], outputs: number, columns: number): Float64Array {
  const result = new Float64Array(fits.length * outputs * columns);
  fits.forEach(({ coefficients }, k) => {
    const n = coefficients.length / outputs;
    for (let c = 0; c < outputs; c++) {
      result.set(coefficients.subarray(c * n, (c + 1) * n), (k * outputs + c) * columns);
    }
  });
  return result;
}

async function applied(cross: CrossOperator, fits: readonly Fit[], outputs: number): Promise<Float64Array[]> {
  const all = await cross.apply(stacked(fits, outputs, cross.columns), fits.length * outputs);
  const each = outputs * cross.rows;
  return fits.map((_, k) => byRow(all.subarray(k * each, (k + 1) * each), cross.rows));
}

/** Predictions `[m, outputs]` of each fit, all from one pass over K(test, train), which is not stored. */
export async function predictAll(task: Task, fits: readonly Fit[]): Promise<readonly Float64Array[]> {
  const { kernels, sizes, memory, targets, clock } = task;
  const began = now();
  const cross = await kernels.cross(sizes[sizes.length - 1], memory);
  const opened = now();
  clock.compile += opened - began;
  try {
    return await applied(cross, fits, targets.outputs);
  } finally {
    await cross.close();
    clock.compute += now() - opened;
  }
}
