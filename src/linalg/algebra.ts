/** A factorisation A = L L' of a positive definite matrix, ready to solve with. */
export interface CholeskyFactor {
  /** Rows and columns n. */
  readonly size: number;
  /** log det A. */
  readonly logDeterminant: number;
  /** X with A X = B for the right sides B `[columns, n]`, one after the other; a new array of the same layout. */
  solve(b: Float64Array, columns: number): Float64Array;
  /** Gives memory of a device back, where a factor has any; it must not be used afterwards. Again, it does nothing. */
  release?(): void;
}

/**
 * A Cholesky factor in the lower triangle of its own matrix, which above the diagonal still holds A: no copy of A is
 * needed.
 */
export interface FactorInPlace extends CholeskyFactor {
  /** A X for blocks of vectors X `[columns, n]`: `[columns, n]`. */
  apply(x: Float64Array, columns: number): Float64Array;
  /** Puts A back, to the bit; the factor must not be used afterwards. */
  restore(): void;
}

/** How many eigenvalues lie on each side of 0. */
export interface Inertia {
  /** Below 0. */
  readonly negative: number;
  /** 0 to rounding. */
  readonly zero: number;
  /** Above 0. */
  readonly positive: number;
}

/** Eigenpairs of a symmetric matrix, largest first. */
export interface EigenDecomposition {
  /** `[n]`, descending. */
  readonly values: Float64Array;
  /** `[n, n]`: row j is the unit eigenvector of value j; null when none were asked for. */
  readonly vectors: Float64Array | null;
}

/**
 * Dense linear algebra in float64: by a native LAPACK where there is one, else the engine's own; or on the device of
 * TensorFlow.
 *
 * Matrices are symmetric, `[n, n]` in C order, and given whole. All calls but `factorise` leave their arguments as they
 * are.
 */
export interface LinearAlgebra {
  /**
   * Library, version and core, for records: `OpenBLAS 0.3.21 (libopenblas.so.0, core Zen), 2 threads`, `built in`, or
   * `TensorFlow 2.20.0, CPU, float64`. It changes where another one has to take over.
   */
  readonly name: string;
  /** Whether a library of the system computes. */
  readonly isNative: boolean;
  /**
   * Largest matrix whose eigenvalues it finds, the built-in ones in about a minute; of a native library as far as its
   * integers reach.
   */
  readonly largestEigen: number;
  /** Matrices of n^2 numbers that `eigen` holds beside its argument at its peak. */
  readonly eigenCopies: number;
  /** The same of `factorise`, which works in its argument; absent: none. */
  readonly factorCopies?: number;
  /** Throws NumericalError, with the row, when A is not positive definite to rounding. */
  cholesky(a: Float64Array, n: number): Promise<CholeskyFactor>;
  /** As `cholesky`, in the memory of A `[n, n]` itself; when it throws, A is as it was. */
  factorise(a: Float64Array, n: number): Promise<FactorInPlace>;
  /**
   * All eigenvalues of A, and the vectors if wanted. Throws NumericalError when an entry is not finite, UsageError for
   * n above `largestEigen`.
   */
  eigen(a: Float64Array, n: number, vectors: boolean): Promise<EigenDecomposition>;
  /** Of A - shift I, by an L D L' factorisation with pivoting (Sylvester's law of inertia). */
  inertia(a: Float64Array, n: number, shift: number): Promise<Inertia>;
  /** A X for blocks of vectors X `[columns, n]`, one after the other: `[columns, n]`. */
  apply(a: Float64Array, n: number, x: Float64Array, columns: number): Float64Array;
}

/** Name of the engine's own algebra in plans and records. */
export const BUILT_IN = 'built in';

/**
 * The native library that `algebra` of a plan names, without its threads; null where the engine itself or TensorFlow
 * computes.
 */
export function libraryIn(algebra: string): string | null {
  if (algebra === BUILT_IN || algebra.startsWith('TensorFlow')) return null;
  return algebra.replace(/, \d+ threads?$/, '');
}
