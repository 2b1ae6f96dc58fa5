import { NumericalError, UsageError } from '../errors.js';
import type { Argument, NativeLibrary, Routine } from '../platform/native-library.js';
import type { CholeskyFactor, EigenDecomposition, FactorInPlace, Inertia, LinearAlgebra } from './algebra.js';
import type { Operand, Target } from './built-in/product.js';
import { diagonalOf, mirrorUpper, orRestored, setDiagonal } from './in-place.js';
import { largestEntry, roundingPivot, shifted } from './matrix.js';
import { checkPivots } from './pivots.js';

/** Largest matrix whose workspace of 2 n^2 numbers a 32-bit integer can count. */
const LARGEST_32 = 32_766;

const ONE = Float64Array.of(1);
const ZERO = Float64Array.of(0);
const ONE_SINGLE = Float32Array.of(1);
const ZERO_SINGLE = Float32Array.of(0);

/** Turns rows from ascending to descending order of their values, in place. */
function reverseRows(rows: Float64Array, n: number): void {
  const spare = new Float64Array(n);
  for (let i = 0; i < Math.floor(n / 2); i++) {
    const low = rows.subarray(i * n, (i + 1) * n);
    const high = rows.subarray((n - 1 - i) * n, (n - i) * n);
    spare.set(low);
    low.set(high);
    high.set(spare);
  }
}

function notConverged(info: number): NumericalError {
  return new NumericalError(
    `eigenvalues: dsyevd must converge, got info = ${info}. Use --native off, or ask for fewer eigenpairs.`,
  );
}

/**
 * Dense linear algebra by LAPACK. A symmetric matrix is the same in C order and in Fortran's; the triangles change
 * names.
 */
export class NativeAlgebra implements LinearAlgebra {
  readonly name: string;
  readonly isNative = true;
  readonly largestEigen: number;
  readonly eigenCopies = 4;
  readonly #library: NativeLibrary;
  readonly #threads: number;

  constructor(library: NativeLibrary, threads: number) {
    this.#library = library;
    this.#threads = threads;
    const counted = library.setThreads(threads);
    this.name = counted ? `${library.name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}` : library.name;
    this.largestEigen = library.bits === 64 ? Infinity : LARGEST_32;
  }

  async cholesky(a: Float64Array, n: number): Promise<CholeskyFactor> {
    return this.factorise(a.slice(0, n * n), n);
  }

  async factorise(l: Float64Array, n: number): Promise<FactorInPlace> {
    largestEntry(l, n, 'Cholesky');
    const diagonal = diagonalOf(l, n);
    const [size, info] = [this.#library.integers(n), this.#library.integers(0)];
    await this.#run('dpotrf', 'U', size, l, size, info);
    return this.#factor(l, diagonal, Number(info[0]));
  }

  /** As `factorise`, and waits for it. */
  factoriseNow(l: Float64Array, n: number): FactorInPlace {
    largestEntry(l, n, 'Cholesky');
    const diagonal = diagonalOf(l, n);
    const [size, info] = [this.#library.integers(n), this.#library.integers(0)];
    this.#call('dpotrf', 'U', size, l, size, info);
    return this.#factor(l, diagonal, Number(info[0]));
  }

  /** What `dpotrf` has made of a matrix with that diagonal; `row`, counted from 1, is where it failed, 0 if nowhere. */
  #factor(l: Float64Array, diagonal: Float64Array, row: number): FactorInPlace {
    const n = diagonal.length;
    const restore = (): void => mirrorUpper(l, diagonal);
    const { integers } = this.#library;
    const size = integers(n);
    const info = integers(0);
    const failed = row > 0 ? row - 1 : n;
    const logDeterminant = orRestored(() => checkPivots(diagonal, diagonalOf(l, n), failed), restore);
    const solve = (b: Float64Array, columns: number): Float64Array => {
      const x = b.slice(0, columns * n);
      if (columns > 0) this.#call('dpotrs', 'U', size, integers(columns), l, size, x, size, info);
      return x;
    };
    const apply = (x: Float64Array, columns: number): Float64Array => {
      const y = new Float64Array(columns * n);
      if (columns === 0) return y;
      // The call waits, so that nobody sees A's diagonal in the place of the factor's.
      const own = diagonalOf(l, n);
      setDiagonal(l, diagonal);
      this.#library.call('dsymm', 'L', 'L', size, integers(columns), ONE, l, size, x, size, ZERO, y, size);
      setDiagonal(l, own);
      return y;
    };
    return { size: n, logDeterminant, solve, apply, restore };
  }

  async eigen(a: Float64Array, n: number, vectors: boolean): Promise<EigenDecomposition> {
    if (n > this.largestEigen) {
      throw new UsageError(
        `--native: a library with 32-bit integers finds eigenvalues up to n = ${LARGEST_32}, got n = ${n}. ` +
          'Give one with 64-bit integers, or ask for fewer eigenpairs.',
      );
    }
    largestEntry(a, n, 'eigenvalues');
    const size = this.#library.integers(n);
    const rows = a.slice(0, n * n);
    const values = new Float64Array(n);
    const info = await this.#runInRoom('dsyevd', [vectors ? 'V' : 'N', 'U', size, rows, size, values], true);
    if (info !== 0) throw notConverged(info);
    values.reverse();
    if (vectors) reverseRows(rows, n);
    return { values, vectors: vectors ? rows : null };
  }

  async inertia(a: Float64Array, n: number, shift: number): Promise<Inertia> {
    const d = shifted(a, n, shift);
    const zeroBelow = roundingPivot(n, largestEntry(d, n, 'inertia'));
    const size = this.#library.integers(n);
    const pivots = this.#library.zeros(n);
    await this.#runInRoom('dsytrf', ['L', size, d, size, pivots], false);
    let negative = 0;
    let positive = 0;
    for (let k = 0; k < n; k++) {
      if (Number(pivots[k]) < 0) {
        // A block of two has an eigenvalue on each side of 0.
        const sides = Math.abs(d[k * n + k + 1]) > zeroBelow ? 1 : 0;
        negative += sides;
        positive += sides;
        k += 1;
      } else if (d[k * n + k] < -zeroBelow) negative += 1;
      else if (d[k * n + k] > zeroBelow) positive += 1;
    }
    return { negative, zero: n - negative - positive, positive };
  }

  apply(a: Float64Array, n: number, x: Float64Array, columns: number): Float64Array {
    const y = new Float64Array(columns * n);
    const size = this.#library.integers(n);
    const count = this.#library.integers(columns);
    const one = this.#library.integers(1);
    if (columns === 1) this.#call('dgemv', 'T', size, size, ONE, a, size, x, one, ZERO, y, one);
    else if (columns > 1) this.#call('dgemm', 'T', 'N', size, count, size, ONE, a, size, x, size, ZERO, y, size);
    return y;
  }

  /**
   * Calls a routine and waits. The number of threads belongs to the process, and others set it too: so anew each time.
   */
  #call(routine: Routine, ...args: Argument[]): void {
    this.#library.setThreads(this.#threads);
    this.#library.call(routine, ...args);
  }

  #run(routine: Routine, ...args: Argument[]): Promise<void> {
    this.#library.setThreads(this.#threads);
    return this.#library.run(routine, ...args);
  }

  /**
   * Runs a routine with the room that it asks for, of doubles and where it `takesIntegers` of those too; what it says
   * at its end.
   */
  async #runInRoom(routine: Routine, args: readonly Argument[], takesIntegers: boolean): Promise<number> {
    const { integers, zeros } = this.#library;
    const info = integers(0);
    const room = (doubles: Float64Array, whole: Int32Array | BigInt64Array, asks: boolean): Argument[] => {
      const counts = asks ? [-1, -1] : [doubles.length, whole.length];
      const pairs: Argument[][] = [
        [doubles, integers(counts[0])],
        [whole, integers(counts[1])],
      ];
      return pairs.slice(0, takesIntegers ? 2 : 1).flat();
    };
    const doubles = new Float64Array(1);
    const whole = integers(0);
    this.#call(routine, ...args, ...room(doubles, whole, true), info);
    const given = room(new Float64Array(doubles[0]), zeros(Number(whole[0])), false);
    await this.#run(routine, ...args, ...given, info);
    return Number(info[0]);
  }

  /**
   * C (i, j) = sum_k A(i, k) B(j, k), or added to what stands there; of each operand one step is 1, and all are of one
   * precision.
   */
  multiply(a: Operand, b: Operand, rows: number, columns: number, depth: number, c: Target, add: boolean): void {
    const { integers } = this.#library;
    const single = a.data instanceof Float32Array;
    const [one, zero] = single ? [ONE_SINGLE, ZERO_SINGLE] : [ONE, ZERO];
    // Fortran sees C transposed: its rows are those of B, its columns those of A.
    this.#call(
      single ? 'sgemm' : 'dgemm',
      b.depthStep === 1 ? 'T' : 'N',
      a.depthStep === 1 ? 'N' : 'T',
      ...[columns, rows, depth].map((size) => integers(size)),
      one,
      b.data.subarray(b.offset),
      integers(leading(b, columns, depth)),
      a.data.subarray(a.offset),
      integers(leading(a, rows, depth)),
      add ? one : zero,
      c.data.subarray(c.offset),
      integers(Math.max(columns, c.rowStep)),
    );
  }
}

/** Distance of the columns that Fortran sees in an operand, at least their length even where there is only one. */
function leading({ rowStep, depthStep }: Operand, rows: number, depth: number): number {
  return depthStep === 1 ? Math.max(rowStep, depth) : Math.max(depthStep, rows);
}
