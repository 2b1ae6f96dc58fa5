import { readableBytes } from '../data/budget.js';
import { UsageError } from '../errors.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { deviceOf } from '../linalg/device/lookup.js';
import { NATIVE_REMEDY } from '../platform/native.js';
import type { SpectrumEnd } from './dense.js';

/** How eigenpairs are found. */
export type EigenMethod = 'dense' | 'lanczos' | 'power' | 'subspace';

/** What the choice of a method depends on. */
export interface MethodQuestion {
  readonly n: number;
  readonly k: number;
  readonly which: SpectrumEnd;
  readonly method: EigenMethod | 'auto';
  /** Bytes that may be used. */
  readonly memory: number;
  /** Whether all entries are at hand. */
  readonly isStored: boolean;
  readonly algebra: LinearAlgebra | null;
}

/** A method, and why. */
export interface MethodChoice {
  readonly method: EigenMethod;
  readonly reason: string;
  /** Smallest eigenvalues through a factorisation; else on the negated matrix. */
  readonly inverse: boolean;
}

/** Below this size a decomposition takes a fraction of a second. */
const SMALL = 300;
/** From this share of all eigenpairs on a decomposition is cheaper than an iteration. */
const LARGE_SHARE = 0.2;

/** Bytes of `copies` matrices of n rows in float64. */
export function matrixBytes(n: number, copies: number): number {
  return 8 * copies * n * n;
}

/** What stands against a decomposition, and what helps. */
interface Obstacle {
  readonly reason: string;
  readonly remedy: string;
}

function obstacle({ n, memory, isStored, algebra }: MethodQuestion): Obstacle | null {
  const iterate = 'Use --method lanczos.';
  if (algebra === null) return { reason: 'no dense linear algebra was given', remedy: iterate };
  const needed = matrixBytes(n, 1 + algebra.eigenCopies);
  if (needed > memory) {
    const reason = `a decomposition needs ${readableBytes(needed)}, of ${readableBytes(memory)} left`;
    return { reason, remedy: 'Use --method lanczos, or raise --memory.' };
  }
  if (!isStored) return { reason: 'its entries are not stored', remedy: iterate };
  if (n <= algebra.largestEigen) return null;
  const isOwn = !algebra.isNative && deviceOf(algebra, n) === null;
  const whose = isOwn ? 'the built-in one' : 'that of a library with 32-bit integers';
  const reason = `n = ${n} is beyond the largest decomposition, ${whose}: ${algebra.largestEigen}`;
  return { reason, remedy: isOwn ? `Use --method lanczos, or a native library. ${NATIVE_REMEDY}` : iterate };
}

/**
 * Chooses how to find k eigenpairs at one end, by size, k and memory, with the reason.
 *
 * Throws UsageError when `dense` is asked for and cannot be.
 */
export function chooseMethod(question: MethodQuestion): MethodChoice {
  const { n, k, which, method, memory, isStored, algebra } = question;
  const against = obstacle(question);
  const copies = 3 + (algebra?.factorCopies ?? 0);
  const inverse = which === 'smallest' && isStored && algebra !== null && matrixBytes(n, copies) <= memory;
  const how = which === 'largest' ? '' : inverse ? ', through a factorisation' : ', of the negated matrix';
  if (method === 'dense' && against !== null) {
    throw new UsageError(
      `method: dense must be possible, got a matrix of ${n} rows: ${against.reason}. ${against.remedy}`,
    );
  }
  if (method !== 'auto') return { method, reason: `asked for${method === 'lanczos' ? how : ''}`, inverse };
  if (against === null && n <= SMALL) return { method: 'dense', reason: `n = ${n} is small`, inverse };
  if (k < LARGE_SHARE * n) return { method: 'lanczos', reason: `few of many (k = ${k} of ${n})${how}`, inverse };
  if (against === null) return { method: 'dense', reason: `a large part is sought (k = ${k} of ${n})`, inverse };
  return { method: 'lanczos', reason: `${against.reason}${how}`, inverse };
}
