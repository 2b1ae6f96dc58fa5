import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import type { CholeskyFactor, LinearAlgebra } from '../linalg/algebra.js';
import type { CrossOperator } from '../operators/cross.js';
import { onDevice } from '../operators/on-device.js';
import type { Recomputation } from '../operators/recomputed.js';
import { now } from '../platform/clock.js';
import type { KernelSource, Origin } from '../sources/source.js';
import { checkSizes } from './check-sizes.js';
import { REGRESS_DEFAULTS, type SOLVERS } from './defaults.js';
import { type Fit, fitKernel } from './fit.js';
import { fitByProducts, type ProductFit } from './fit-by-products.js';
import { byRow } from './predict.js';
import { type Choice, chooseSolver, type SolverTask } from './solver-choice.js';
import type { Targets } from './targets.js';
import { posteriorVariance } from './variance.js';

/** How predictions are made from a kernel. */
export interface KernelRegressionOptions {
  /** What factorises and decomposes (`linearAlgebra`). */
  readonly algebra: LinearAlgebra;
  /** Bytes that the process may take. */
  readonly memory: number;
  /** Multiples of the mean diagonal that are added to it; `auto`: the one with the least leave-one-out error. [1e-6] */
  readonly ridges?: readonly (number | 'auto')[];
  /** Times of gradient flow; null: its limit alone. [null] */
  readonly times?: readonly number[] | null;
  /** Ascending numbers of first training rows. [all] */
  readonly trainSizes?: readonly number[];
  /**
   * Whether training rows 2k and 2k + 1 are an image and its mirrored copy, which leave-one-out leaves out together.
   * [false]
   */
  readonly pairs?: boolean;
  /** How equations are solved: a factorisation where it fits, else conjugate gradients. [auto] */
  readonly solver?: (typeof SOLVERS)[number];
  /** Relative residual of conjugate gradients, and of what counts as solved. [1e-6] */
  readonly tolerance?: number;
  /** Most steps of conjugate gradients. [1000] */
  readonly iterations?: number;
  /** Seed of the rows of the preconditioner. [0] */
  readonly seed?: number;
  /** Whether posterior variances are wanted. [false] */
  readonly variance?: boolean;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
  /** Called after each step of conjugate gradients. */
  readonly onIteration?: (iteration: number, residual: number) => void;
}

/** How equations were solved. */
export interface SolverFacts {
  /** A factor of the kernel, all its eigenpairs, or conjugate gradients. */
  readonly name: 'cholesky' | 'eigen' | 'cg';
  /** Why this one. */
  readonly reason: string;
  /** Whether `residual` is at most `tol`. */
  readonly converged: boolean;
  /** The tolerance that was asked for. */
  readonly tol: number;
  /** Relative residual of the equations. */
  readonly residual: number;
  /** Steps of conjugate gradients. */
  readonly iterations?: number;
  /** Products of the kernel with one vector. */
  readonly products?: number;
  /** `partial Cholesky`, or `none`. */
  readonly preconditioner?: string;
  /** Rows of the kernel in the preconditioner. */
  readonly rank?: number;
}

/** Seconds of each stage. */
export interface RegressionStages {
  /** Before the first entry, and opening of operators. */
  compile: number;
  /** Entries of kernels, and predictions. */
  compute: number;
  /** Factorisations, decompositions, iterations. */
  solve: number;
}

/** A fit of the first training rows. */
export interface SizedFit extends Fit {
  /** Training rows. */
  readonly trainSize: number;
  /** How its equations were solved. */
  readonly solver: SolverFacts;
}

/** What one kernel predicts. */
export interface KernelRegression {
  /** One for each number of training rows, ridge and time, the last fastest. */
  readonly fits: readonly SizedFit[];
  /** `[m, outputs]` of each fit. */
  readonly predictions: readonly Float64Array[];
  /** Posterior variances of the test rows `[m]`; null unless asked for. */
  readonly variances: Float64Array | null;
  /** Entries of the kernels that were computed again by `reference`. */
  readonly recomputation: Recomputation;
  /** What computed the kernels. */
  readonly origin: Origin;
  /** Where the time went. */
  readonly stages: RegressionStages;
}

/** A regression whose solver is chosen, for a source and targets. */
export interface PlannedRegression {
  readonly source: KernelSource;
  readonly targets: Targets;
  /** Ascending numbers of training rows. */
  readonly sizes: readonly number[];
  readonly choice: Choice;
  readonly task: SolverTask & Required<Pick<KernelRegressionOptions, 'tolerance' | 'iterations' | 'seed' | 'pairs'>>;
  readonly options: KernelRegressionOptions;
}

/** A regression at work. */
interface Work extends PlannedRegression {
  readonly stages: RegressionStages;
}

/** Fits of all sizes, and the variances where they are wanted. */
interface Solved {
  readonly fits: readonly SizedFit[];
  /** `[m]` */
  readonly variances: Float64Array | null;
}

/**
 * Chooses how the equations of a kernel are solved, before any entry is computed.
 *
 * @throws UsageError for targets and numbers of rows that do not fit the source; MemoryError, with what would be
 * needed, when nothing that was asked for fits
 */
export async function planRegression(
  source: KernelSource,
  targets: Targets,
  options: KernelRegressionOptions,
): Promise<PlannedRegression> {
  const task = {
    solver: options.solver ?? REGRESS_DEFAULTS.solver,
    ridges: options.ridges ?? [REGRESS_DEFAULTS.ridge],
    times: options.times ?? null,
    variance: options.variance ?? false,
    stored: source.kind === 'stored',
    tolerance: options.tolerance ?? REGRESS_DEFAULTS.tol,
    iterations: options.iterations ?? REGRESS_DEFAULTS.iterations,
    seed: options.seed ?? COMPUTE_DEFAULTS.seed,
    pairs: options.pairs ?? false,
  };
  const sizes = options.trainSizes ?? [source.rows];
  checkSizes(source, targets, sizes);
  const results = sizes.length * task.ridges.length * (task.times?.length ?? 1);
  const counts = { n: sizes[sizes.length - 1], m: source.testRows, outputs: targets.outputs, results };
  const choice = chooseSolver(task, counts, options.algebra, await source.least(), options.memory);
  return { source, targets, sizes, choice, task, options };
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

async function testRows({ task, source, options: { memory }, choice, stages }: Work): Promise<TestRows | null> {
  if (!task.variance) return null;
  const began = now();
  const diagonal = await source.testDiagonal(memory - choice.later);
  const cross = await source.crossMatrix(memory - choice.later);
  stages.compute += now() - began;
  return { cross, diagonal };
}

/** How well a fit solves its equations; one that Cholesky could not make was made of eigenpairs. */
function factsOf({ choice, task }: Work, { error, method }: Fit): SolverFacts {
  const isOther = method !== choice.solver;
  const reason = isOther ? `${choice.solver} found the kernel singular to rounding` : choice.reason;
  return { name: method, reason, converged: error <= task.tolerance, tol: task.tolerance, residual: error };
}

/**
 * Stores the kernel once; its prefixes are fitted from the largest to the smallest, each in the memory of the one
 * before.
 */
async function solveDense(work: Work): Promise<Solved> {
  const { task, source, targets, sizes, choice, options, stages } = work;
  const began = now();
  const largest = sizes[sizes.length - 1];
  const { values, roundoff, compile } = await source.matrix(largest, options.memory - choice.held);
  const computed = now();
  stages.compile += compile;
  stages.compute += computed - began - compile;
  const rows = await testRows(work);
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
    const name = source.name === undefined ? {} : { name: source.name };
    const fits = await fitKernel(
      { kernel, targets: firstTargets(targets, n), n, pairs: task.pairs, roundoff, ...name },
      {
        ridges: task.ridges,
        times: task.times ?? [Infinity],
        algebra: options.algebra,
        inPlace: true,
        decompose: choice.decompose,
        ...(rows === null ? {} : { useFactor }),
      },
    );
    found.unshift(fits.map((fit) => ({ ...fit, trainSize: n, solver: factsOf(work, fit) })));
  }
  stages.solve += now() - ready;
  return { fits: found.flat(), variances };
}

async function iterate(work: Work, n: number): Promise<readonly ProductFit[]> {
  const { task, source, targets, choice, options, stages } = work;
  const { algebra, memory, signal, onIteration } = options;
  const began = now();
  let kernel = await source.operator(n, memory - choice.held);
  const opened = now();
  stages.compile += opened - began;
  try {
    kernel = await onDevice(kernel, algebra, memory - choice.held);
    const data = {
      kernel,
      rows: (numbers: readonly number[]) => source.rowsOf(numbers, n, memory - choice.later),
      targets: firstTargets(targets, n),
    };
    return await fitByProducts(data, {
      ridges: task.ridges.map(Number),
      tolerance: task.tolerance,
      iterations: task.iterations,
      rank: choice.rank,
      seed: task.seed,
      algebra,
      ...(signal === undefined ? {} : { signal }),
      ...(onIteration === undefined ? {} : { onProgress: onIteration }),
    });
  } finally {
    await kernel.close();
    stages.solve += now() - opened;
  }
}

async function solveByProducts(work: Work): Promise<Solved> {
  const found: SizedFit[] = [];
  for (const n of work.sizes) {
    for (const { converged, iterations, products, rank, ...fit } of await iterate(work, n)) {
      const facts = { iterations, products, preconditioner: rank === 0 ? 'none' : 'partial Cholesky', rank };
      const solver = {
        name: 'cg' as const,
        reason: work.choice.reason,
        converged,
        tol: work.task.tolerance,
        residual: fit.error,
        ...facts,
      };
      found.push({ ...fit, trainSize: n, solver });
    }
  }
  return { fits: found, variances: null };
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
async function predictAll({ source, sizes, options, targets, stages }: Work, fits: readonly Fit[]) {
  const began = now();
  const cross = await source.cross(sizes[sizes.length - 1], options.memory);
  const opened = now();
  stages.compile += opened - began;
  try {
    return await applied(cross, fits, targets.outputs);
  } finally {
    await cross.close();
    stages.compute += now() - opened;
  }
}

/**
 * Fits every number of training rows, ridge and time as it was planned, and predicts the test rows.
 *
 * @throws NumericalError, RecomputeError, InterruptedError
 */
export async function runRegression(planned: PlannedRegression): Promise<KernelRegression> {
  const { source, choice } = planned;
  const work: Work = { ...planned, stages: { compile: 0, compute: 0, solve: 0 } };
  const { fits, variances } = choice.solver === 'cg' ? await solveByProducts(work) : await solveDense(work);
  const predictions = await predictAll(work, fits);
  const [recomputation, origin] = [source.recomputation(), await source.origin()];
  return { fits, predictions, variances, recomputation, origin, stages: work.stages };
}

/**
 * What a kernel predicts for its test rows from the labels of its training rows, whatever it comes from and whatever
 * fits the memory.
 *
 * Ridge regression, gradient flow and the posterior of a Gaussian process as in `regress`; a kernel that does not fit
 * is never stored.
 * @throws as `planRegression` and `runRegression` do
 */
export async function regressKernel(
  source: KernelSource,
  targets: Targets,
  options: KernelRegressionOptions,
): Promise<KernelRegression> {
  return runRegression(await planRegression(source, targets, options));
}
