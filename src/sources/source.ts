import type { Precision } from '../data/array.js';
import type { CrossOperator } from '../operators/cross.js';
import type { SymmetricOperator } from '../operators/operator.js';
import type { Recomputation } from '../operators/recomputed.js';

/** Where the entries of a kernel come from. */
export type SourceKind = 'analytic' | 'empirical' | 'function' | 'stored';

/** What computes a kernel. */
export interface Origin {
  /** Backend, or `stored`. */
  readonly backend: string;
  /** BLAS beside it; null without. */
  readonly native: string | null;
}

/** A matrix in memory. */
export interface SourceMatrix {
  /** In C order; the caller may write to it. */
  readonly values: Float64Array;
  /** Unit roundoff of the values: 2^-53, or 2^-24 where they were singles. */
  readonly roundoff: number;
  /** Seconds before the first entry was computed. */
  readonly compile: number;
}

/**
 * A kernel K on training rows x, and on test rows where there are any, in every form that is asked of it: K(x, x) and
 * K(test, x), stored or as products.
 *
 * `size`: only the first training rows, of which a prefix of the kernel is made; `budget`: bytes of the whole process
 * beside the result.
 */
export interface KernelSource {
  /** Where its entries come from. */
  readonly kind: SourceKind;
  /** What messages call K(x, x), a file; absent: the kernel of the training rows. */
  readonly name?: string;
  /** Training rows n. */
  readonly rows: number;
  /** Test rows m; 0 without. */
  readonly testRows: number;
  /** What computes it. */
  origin(): Promise<Origin>;
  /** Bytes of the process at least while it is computed, without what is kept. */
  least(): Promise<number>;
  /** K(x, x) `[size, size]`. */
  matrix(size: number, budget: number): Promise<SourceMatrix>;
  /** K(x, x) `[size, size]` as products with vectors. */
  operator(size: number, budget: number): Promise<SymmetricOperator>;
  /** Rows of K(x, x) `[numbers, size]`. */
  rowsOf(numbers: readonly number[], size: number, budget: number): Promise<Float64Array>;
  /** K(test, x) `[m, size]` as products with vectors. */
  cross(size: number, budget: number): Promise<CrossOperator>;
  /** K(test, x) `[m, n]` in memory. */
  crossMatrix(budget: number): Promise<Float64Array>;
  /** K(z, z) of each test row `[m]`. */
  testDiagonal(budget: number): Promise<Float64Array>;
  /** What came of computing entries again by `reference` so far; of kernels in closed form alone there is anything. */
  recomputation(): Recomputation;
}

/** Unit roundoff of kernels that are computed in a precision. */
export function roundoffOf(precision: Precision | undefined): number {
  return precision === 'f32' ? 2 ** -24 : 2 ** -53;
}

/** What came of computing entries again where none are computed in closed form. */
export const NOTHING_RECOMPUTED: Recomputation = { recomputed: null, warnings: [] };
