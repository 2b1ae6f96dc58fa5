import { readableBytes } from '../data/budget.js';
import { MemoryError } from '../errors.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { residentBytes } from '../platform/memory.js';
import type { SOLVERS } from './defaults.js';
import { needsEigenpairs } from './fit.js';
import { productFitNumbers } from './fit-by-products.js';

/** Rows of the preconditioner of conjugate gradients where there is room, and where there is little. */
const RANK = { most: 500, least: 16 } as const;

/** Buffers of BLAS and its threads, and what the garbage collector has not given back yet. */
const SLACK = 48 * 2 ** 20;

/**
 * Part of the slack that is left to the plans of the kernels: the process grows a little between the choice and them.
 */
const GROWTH = 24 * 2 ** 20;

/** What is asked of the solver. */
export interface SolverTask {
  /** [auto] */
  readonly solver: (typeof SOLVERS)[number];
  readonly ridges: readonly (number | 'auto')[];
  /** Times of gradient flow; null: its limit alone. */
  readonly times: readonly number[] | null;
  /** Whether posterior variances are wanted. */
  readonly variance: boolean;
  /** Whether entries come from a file, of which all rows are there. */
  readonly stored: boolean;
}

/** Sizes of a regression. */
export interface Sizes {
  /** Training rows that are used at most. */
  readonly n: number;
  readonly m: number;
  readonly outputs: number;
  /** Rows of the record for one architecture. */
  readonly results: number;
}

/** How the equations are solved, and why. */
export interface Choice {
  readonly solver: 'cholesky' | 'eigen' | 'cg';
  readonly reason: string;
  /** Rows of the preconditioner. */
  readonly rank: number;
  /** Bytes that are held beside what computing the first kernel needs, those of computing a second one included. */
  readonly held: number;
  /** Bytes of these that are still to come when the second kernel is computed. */
  readonly later: number;
  /** Whether there is room for eigenpairs, too, where a factorisation turns out not to do. */
  readonly decompose: boolean;
}

/** Bytes of coefficients and predictions, whatever solves. */
function resultBytes({ n, m, outputs, results }: Sizes): number {
  return 8 * outputs * (2 * results * n + (results + 2) * m);
}

/** Bytes of K(test, train) and a block of solved rows, which variances need. */
function varianceBytes({ n, m }: Sizes, task: SolverTask): number {
  return !task.variance ? 0 : 8 * n * (m + 2 * Math.min(m, 256));
}

function denseBytes(sizes: Sizes, task: SolverTask, eigen: boolean, algebra: LinearAlgebra): number {
  const { n, outputs } = sizes;
  // Cholesky works in the memory of K itself, but for a device.
  const squares = 1 + (eigen ? algebra.eigenCopies : (algebra.factorCopies ?? 0));
  return 8 * n * (squares * n + 8 * outputs) + varianceBytes(sizes, task) + resultBytes(sizes);
}

/**
 * What the process itself takes more or less from run to run: whoever promises what a message asks for is not refused
 * again.
 */
const VARIES = 8 * 2 ** 20;

function tooMuch(needed: number, limit: number, remedy: string): MemoryError {
  return new MemoryError(
    `--memory: the regression needs about ${readableBytes(needed + VARIES)}, got a promise of ` +
      `${readableBytes(limit)}. ${remedy}.`,
  );
}

/**
 * Chooses what solves the equations: Cholesky (or eigenpairs where they are needed) when the kernel fits into the
 * budget of `limit` bytes, else conjugate gradients. `least` are the bytes that computing the kernels needs at least.
 *
 * Throws MemoryError, with what would be needed, when nothing that was asked for fits.
 */
export function chooseSolver(
  task: SolverTask,
  sizes: Sizes,
  algebra: LinearAlgebra,
  least: number,
  limit: number,
): Choice {
  // Of a stored kernel all rows are there, whatever is wanted.
  const fewer = task.stored ? '' : ', choose fewer --rows';
  const eigen = needsEigenpairs({ ridges: task.ridges, times: task.times ?? [] });
  // A device that was closed has not given all back, and one that iterates is still at work.
  const second = least - residentBytes();
  const later = varianceBytes(sizes, task);
  const held = SLACK + denseBytes(sizes, task, eigen, algebra) + second;
  const dense = least + held;
  const name = eigen ? 'eigen' : 'cholesky';
  const inPlace = algebra.factorCopies === undefined ? 'kernel with its factor in place' : 'kernel and its factor';
  const what = eigen ? 'kernel and eigenvectors' : inPlace;
  if (task.solver !== 'cg' && dense <= limit) {
    const fits = `${what} fit: ${readableBytes(dense)} of ${readableBytes(limit)}`;
    const decompose = least + SLACK + denseBytes(sizes, task, true, algebra) + second <= limit;
    const reason = task.solver === 'auto' ? fits : 'asked for';
    return { solver: name, reason, rank: 0, held: held - GROWTH, later, decompose };
  }
  if (task.solver === 'cholesky') {
    throw tooMuch(dense, limit, `Raise --memory${fewer}, or give --solver cg, which never stores the kernel`);
  }
  if (eigen || task.variance) {
    throw tooMuch(dense, limit, `Raise --memory${fewer}, or leave --ridge auto, --time and --variance out`);
  }
  const bytes = (rank: number): number =>
    8 * productFitNumbers(sizes.n, sizes.outputs, Math.min(rank, sizes.n)) + resultBytes(sizes);
  const besides = SLACK + second;
  if (least + besides + bytes(RANK.least) > limit) {
    throw tooMuch(least + besides + bytes(RANK.least), limit, `Raise --memory${fewer}`);
  }
  let rank: number = RANK.most;
  while (least + besides + bytes(rank) > limit) rank = Math.max(RANK.least, Math.floor(rank * 0.8));
  const reason = `${what} need ${readableBytes(dense)}, more than ${readableBytes(limit)}`;
  const part = { rank, held: besides - GROWTH + bytes(rank), later: bytes(rank), decompose: false };
  return { solver: 'cg', reason: task.solver === 'auto' ? reason : 'asked for', ...part };
}
