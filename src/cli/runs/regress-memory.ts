import { readableBytes } from '../../data/budget.js';
import { MemoryError } from '../../errors.js';
import type { LinearAlgebra } from '../../linalg/algebra.js';
import { needsEigenpairs } from '../../regression/fit.js';
import { productFitNumbers } from '../../regression/fit-by-products.js';
import type { RegressJob } from '../options/regress.js';

/** Numbers of K `[n, n]` and its workspace in units of n^2: Cholesky works in K itself; eigenpairs need K, the vectors and workspace. */
const SQUARES = { cholesky: 1, eigenNative: 4, eigenOwn: 5 } as const;

/** Rows of the preconditioner of conjugate gradients where there is room, and where there is little. */
const RANK = { most: 500, least: 16 } as const;

/** Buffers of BLAS and its threads, and what the garbage collector has not given back yet. */
const SLACK = 48 * 2 ** 20;

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
  /** Bytes that are held beside what computing the kernels needs. */
  readonly held: number;
}

/** Bytes of coefficients and predictions, whatever solves. */
function resultBytes({ n, m, outputs, results }: Sizes): number {
  return 8 * outputs * (2 * results * n + (results + 2) * m);
}

function denseBytes(sizes: Sizes, job: RegressJob, eigen: boolean, algebra: LinearAlgebra): number {
  const { n, m, outputs } = sizes;
  const squares = !eigen ? SQUARES.cholesky : algebra.isNative ? SQUARES.eigenNative : SQUARES.eigenOwn;
  const variance = job.variance === null ? 0 : 8 * n * (m + 2 * Math.min(m, 256));
  return 8 * n * (squares * n + 8 * outputs) + variance + resultBytes(sizes);
}

function tooMuch(needed: number, limit: number, remedy: string): MemoryError {
  return new MemoryError(
    `--memory: the regression needs about ${readableBytes(needed)}, got a promise of ${readableBytes(limit)}. ${remedy}.`,
  );
}

/**
 * Chooses what solves the equations: Cholesky (or eigenpairs where they are needed) when the kernel fits into the promise of `limit`
 * bytes, else conjugate gradients. `least` are the bytes that computing the kernels needs at least.
 *
 * Throws MemoryError, with what would be needed, when nothing that was asked for fits.
 */
export function chooseSolver(
  job: RegressJob,
  sizes: Sizes,
  algebra: LinearAlgebra,
  least: number,
  limit: number,
): Choice {
  const eigen = needsEigenpairs({ ridges: job.ridges, times: job.times ?? [] });
  const held = SLACK + denseBytes(sizes, job, eigen, algebra);
  const dense = least + held;
  const name = eigen ? 'eigen' : 'cholesky';
  const what = eigen ? 'kernel and eigenvectors' : 'kernel with its factor in place';
  if (job.solver !== 'cg' && dense <= limit) {
    const fits = `${what} fit: ${readableBytes(dense)} of ${readableBytes(limit)}`;
    return { solver: name, reason: job.solver === 'auto' ? fits : 'asked for', rank: 0, held };
  }
  if (job.solver === 'cholesky') {
    throw tooMuch(dense, limit, 'Raise --memory, choose fewer --rows, or --solver cg, which never stores the kernel');
  }
  if (eigen || job.variance !== null) {
    throw tooMuch(
      dense,
      limit,
      'Raise --memory, choose fewer --rows, or leave --ridge auto, --time and --variance out',
    );
  }
  const bytes = (rank: number): number =>
    SLACK + 8 * productFitNumbers(sizes.n, sizes.outputs, Math.min(rank, sizes.n)) + resultBytes(sizes);
  if (least + bytes(RANK.least) > limit) {
    throw tooMuch(least + bytes(RANK.least), limit, 'Raise --memory, or choose fewer --rows');
  }
  let rank: number = RANK.most;
  while (least + bytes(rank) > limit) rank = Math.max(RANK.least, Math.floor(rank * 0.8));
  const reason = `${what} need ${readableBytes(dense)}, more than ${readableBytes(limit)}`;
  return { solver: 'cg', reason: job.solver === 'auto' ? reason : 'asked for', rank, held: bytes(rank) };
}
