import { UsageError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import type { SymmetricOperator } from '../operators/operator.js';
import { chooseMethod, type EigenMethod, type MethodChoice, matrixBytes } from './choose.js';
import { EIGEN_DEFAULTS } from './defaults.js';
import { type DenseEigenpairs, denseEigenpairs, type SpectrumEnd } from './dense.js';
import { checkedEntries } from './entries.js';
import { checkByInertia } from './inertia-check.js';
import { smallestByInverse } from './inverse.js';
import type { DeviceProducts, IterationProgress, IterationResult, MissedCheck, PlacedProducts } from './iteration.js';
import { type LanczosOptions, lanczos } from './lanczos.js';
import { iterateOnDevice } from './on-device.js';
import { power } from './power.js';
import { subspace } from './subspace.js';

/** What is asked of a spectrum. */
export interface EigenOptions {
  /** Eigenpairs sought [20]; more than n become n, with a warning. */
  readonly k?: number;
  /** The end of the spectrum, algebraically [`largest`]. */
  readonly which?: SpectrumEnd;
  /** How they are found [`auto`: by size, k and memory]. */
  readonly method?: EigenMethod | 'auto';
  /** Residuals at most tol times |K| [1e-10; 1e-5 where entries are singles]. */
  readonly tol?: number;
  /** Whether the vectors are wanted [true]. */
  readonly vectors?: boolean;
  /** Seed of random start vectors [0]. */
  readonly seed?: number;
  /** Dense linear algebra; without it there are no decompositions and no factorisations. */
  readonly algebra?: LinearAlgebra;
  /** Bytes that matrices in memory may take [2 GiB]. */
  readonly memory?: number;
  /** `inertia`: check by a factorisation wherever it fits; `auto`: only where it costs little beside the iteration. */
  readonly check?: 'auto' | 'inertia';
  /** Vectors that one product takes at once [1]; more where entries are computed anew for each product. */
  readonly block?: number;
  /** Start vectors of iterations `[columns, n]` [random]. */
  readonly start?: Float64Array;
  /** Products with one vector after which an iteration gives what it has. */
  readonly maxProducts?: number;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
  /** Called from time to time while an iteration runs. */
  readonly onProgress?: (progress: IterationProgress) => void;
}

/** Eigenpairs of a symmetric matrix, and how far to trust them. */
export interface Eigenpairs {
  /** `[k]`, descending whichever end. */
  readonly values: Float64Array;
  /** `[k, n]`, orthonormal rows; null when they were not wanted. */
  readonly vectors: Float64Array | null;
  /** `[k]`: |K v - l v|. */
  readonly residuals: Float64Array;
  /** All residuals at most tol |K|. */
  readonly converged: boolean;
  /** The tolerance that was asked for. */
  readonly tol: number;
  /** How they were found. */
  readonly method: EigenMethod;
  /** Why this method. */
  readonly reason: string;
  /** Products of the matrix (or, with a factorisation, solves) with one vector. */
  readonly products: number;
  /** Largest residual once a restart; empty for a decomposition. */
  readonly trace: readonly number[];
  /** Below this the rounding of the entries alone may have made an eigenvalue what it is: roundoff sqrt(n) |K|. */
  readonly precisionFloor: number;
  /** |K|, the 2-norm; of an iteration an estimate from below. */
  readonly norm: number;
  /**
   * The smallest eigenvalue where it is known, else a bound of it from above: the smallest Ritz value of the iteration.
   */
  readonly lowest: number;
  /** All eigenvalues `[n]`, descending; null unless a decomposition found them. */
  readonly all: Float64Array | null;
  /** Largest over smallest magnitude of an eigenvalue; null unless a decomposition found them all. */
  readonly conditionNumber: number | null;
  /** Whether eigenvalues beyond the innermost found are missing; null when that was not checked. */
  readonly missed: MissedCheck | null;
  /** What the user should know although it is no error. */
  readonly warnings: readonly string[];
}

const DEFAULT_MEMORY = 2 * 2 ** 30;
/** Up to this size a check by inertia costs less than a second. */
const INERTIA_SIZE = { own: 800, native: 2500 } as const;

interface Task {
  readonly operator: SymmetricOperator;
  readonly entries: Float64Array | null;
  readonly which: SpectrumEnd;
  readonly choice: MethodChoice;
  readonly iteration: LanczosOptions;
  readonly algebra: LinearAlgebra | null;
  /** Bytes that may be used. */
  readonly memory: number;
}

function wholeNumber(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError(
    `${name}: must be a whole number of at least 1, got ${value}. Say how many eigenpairs you want.`,
  );
}

function positive(name: string, value: number): number {
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(
    `${name}: must be a positive number, got ${value}. ${EIGEN_DEFAULTS.tol.f64} is a good choice in double precision.`,
  );
}

/** -A, whose largest eigenpairs are the smallest of A. */
function negated({ size, apply, onDevice }: PlacedProducts): PlacedProducts {
  return {
    size,
    apply: async (x, columns) => (await apply(x, columns)).map((value) => -value),
    ...(onDevice && { onDevice: negatedOnDevice(onDevice) }),
  };
}

function negatedOnDevice({ space, apply }: DeviceProducts): DeviceProducts {
  return { space, apply: (x) => space.tensors.tidy(() => space.tensors.neg(apply(x))) };
}

/** Turns the result for -A into that for A, values descending. */
function turned(result: IterationResult, n: number): IterationResult {
  const k = result.values.length;
  const vectors = new Float64Array(k * n);
  for (let i = 0; i < k; i++) vectors.set(result.vectors.subarray(i * n, (i + 1) * n), (k - 1 - i) * n);
  const { check } = result;
  return {
    ...result,
    values: result.values.map((value) => -value).reverse(),
    residuals: result.residuals.slice().reverse(),
    vectors,
    lowest: -result.values[0],
    check: check === null ? null : { ...check, bound: -check.bound },
  };
}

/** Products from the entries where they are in memory, else those of the operator. */
function productsOf({ operator, entries, algebra }: Task): PlacedProducts {
  const { size } = operator;
  if (entries === null || algebra === null) return { size, apply: (x, columns) => operator.apply(x, columns) };
  return { size, apply: async (x, columns) => algebra.apply(entries, size, x, columns) };
}

async function iterate(task: Task): Promise<IterationResult> {
  const { entries, which, choice, iteration, algebra } = task;
  const products = productsOf(task);
  const n = products.size;
  const method = { lanczos, power, subspace }[choice.method === 'dense' ? 'lanczos' : choice.method];
  if (which === 'smallest' && choice.inverse && choice.method === 'lanczos' && entries !== null && algebra !== null) {
    return smallestByInverse({ entries, size: n, algebra }, iteration);
  }
  const run = async (given: PlacedProducts): Promise<IterationResult> =>
    which === 'largest' ? method(given, iteration) : turned(await method(negated(given), iteration), n);
  return (await iterateOnDevice(task, products, iteration.tol, run)) ?? run(products);
}

async function solve(task: Task): Promise<IterationResult | DenseEigenpairs> {
  const { operator, entries, which, choice, iteration, algebra } = task;
  if (choice.method === 'dense' && entries !== null && algebra !== null) {
    return denseEigenpairs({ entries, size: operator.size, algebra }, iteration.k, which, iteration.tol);
  }
  return iterate(task);
}

/** The check that none was missed, by inertia where that fits, else what the iteration itself found. */
async function missedCheck(task: Task, result: IterationResult, options: EigenOptions): Promise<MissedCheck | null> {
  const { operator, entries, which, algebra, iteration } = task;
  if (result.check?.by === 'all' || entries === null || algebra === null) return result.check;
  const n = operator.size;
  const fits = matrixBytes(n, 2) <= (options.memory ?? DEFAULT_MEMORY);
  const isCheap = n <= (algebra.isNative ? INERTIA_SIZE.native : INERTIA_SIZE.own);
  if (!fits || !(isCheap || options.check === 'inertia')) return result.check;
  const worst = result.residuals.reduce((a, b) => Math.max(a, b), 0);
  // An eigenvalue lies within the residual of each value found; below tol |K| two values are not told apart.
  const slack = Math.max(worst, iteration.tol * result.norm, 1e-14 * Math.sqrt(n) * result.norm, 2 ** -1000);
  return checkByInertia({ entries, size: n, algebra }, result.values, which, slack);
}

function warningsOf(wanted: number, task: Task, result: IterationResult, missed: MissedCheck | null): string[] {
  const n = task.operator.size;
  const warnings: string[] = [];
  if (wanted > n) warnings.push(`k: at most the number of rows, got ${wanted}. All ${n} eigenpairs are given.`);
  if (!result.converged) {
    const other = task.choice.method === 'dense' ? '' : ', or use --method dense';
    warnings.push(`residuals: not all within the tolerance after ${result.products} products. Raise --tol${other}.`);
  }
  if (missed?.missed) {
    warnings.push(
      `eigenvalues: at least ${missed.missed} beyond ${missed.bound} missing. Try another --seed, or --method dense.`,
    );
  }
  return warnings;
}

/**
 * Eigenpairs at one end of the spectrum of a symmetric matrix, stored or not, by the method that fits: K v = l v.
 *
 * Failure to converge is a status with residuals, not an error. Throws UsageError (k, tol, or a decomposition that
 * cannot be), DataError (asymmetric or not finite entries), NumericalError (a product is not finite), InterruptedError.
 */
export async function eigenpairs(operator: SymmetricOperator, options: EigenOptions = {}): Promise<Eigenpairs> {
  const n = operator.size;
  const { which = EIGEN_DEFAULTS.which, method = EIGEN_DEFAULTS.method, memory = DEFAULT_MEMORY } = options;
  const wanted = wholeNumber('k', options.k ?? Math.min(EIGEN_DEFAULTS.k, n));
  const isDouble = operator.roundoff <= 2 ** -53;
  const tol = positive('tol', options.tol ?? EIGEN_DEFAULTS.tol[isDouble ? 'f64' : 'f32']);
  const algebra = options.algebra ?? null;
  const entries = matrixBytes(n, 2) <= memory ? await checkedEntries(operator) : null;
  if (entries === null) await operator.check?.();
  const k = Math.min(wanted, n);
  const choice = chooseMethod({ n, k, which, method, memory, isStored: entries !== null, algebra });
  const { block, start, maxProducts, seed = COMPUTE_DEFAULTS.seed, signal, onProgress } = options;
  const given = { ...(block && { block }), ...(start && { start }), ...(maxProducts && { maxProducts }) };
  const task: Task = {
    operator,
    entries,
    which,
    choice,
    algebra,
    memory,
    iteration: { k, tol, seed, signal, onProgress, ...given },
  };
  const result = await solve(task);
  const missed = await missedCheck(task, result, options);
  return {
    values: result.values,
    vectors: options.vectors === false ? null : result.vectors,
    residuals: result.residuals,
    converged: result.converged,
    tol,
    method: choice.method,
    reason: choice.reason,
    products: result.products,
    trace: result.trace,
    precisionFloor: operator.roundoff * Math.sqrt(n) * result.norm,
    norm: result.norm,
    lowest: result.lowest,
    all: 'all' in result ? result.all : null,
    conditionNumber: 'conditionNumber' in result ? result.conditionNumber : null,
    missed,
    warnings: warningsOf(wanted, task, result, missed),
  };
}
