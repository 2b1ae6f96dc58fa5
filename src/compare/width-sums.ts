import type { LinearAlgebra } from '../linalg/algebra.js';
import { DenseOperator } from '../operators/operator.js';
import { type Eigenpairs, eigenpairs } from '../spectrum/eigenpairs.js';
import { traceOf } from './analytic.js';
import { largestAngles } from './angles.js';
import { ArrayMoments, deviationOf, distanceAndNorm, meanOf } from './statistics.js';

/** One finite network. */
export interface Pair {
  /** NTK `[n, n]`. */
  readonly ntk: Float64Array;
  /** Trace of the share of each trained layer. */
  readonly traces: readonly number[];
  /** Wall time. */
  readonly seconds: number;
  /** Difference of a 2 x 2 block from another method. */
  readonly difference: number;
}

/** How eigenpairs are found. */
export interface EigenTask {
  readonly k: number;
  readonly algebra: LinearAlgebra;
  /** Bytes that they may take. */
  readonly memory: number;
  readonly signal: AbortSignal | undefined;
}

/** The analytic kernel as that of each network is compared with it. */
export interface Target {
  /** K `[n, n]`. */
  readonly ntk: Float64Array;
  /** Rows. */
  readonly n: number;
  /** Eigenvalues `[k + 1]`, or `[n]` where k is n. */
  readonly values: readonly number[];
  /** Eigenvectors of the first k, `[k, n]`. */
  readonly vectors: Float64Array;
}

/** Leading eigenpairs of a kernel `[n, n]`. */
export async function leadingPairs(ntk: Float64Array, n: number, task: EigenTask): Promise<Eigenpairs> {
  const { k, algebra, memory, signal } = task;
  return eigenpairs(new DenseOperator(ntk, n), { k, algebra, memory, ...(signal && { signal }) });
}

/** Columns of a list of rows, each summarised. */
function byColumn<T>(rows: readonly (readonly number[])[], summary: (column: readonly number[]) => T): T[] {
  return (rows[0] ?? []).map((_, j) => summary(rows.map((row) => row[j])));
}

/** What the networks of one width add up to; kernels go by, and only their sums stay. */
export class WidthSums {
  /** Error of each network. */
  readonly errors: number[] = [];
  readonly #target: Target;
  readonly #task: EigenTask;
  readonly #moments: ArrayMoments;
  readonly #values: number[][] = [];
  readonly #angles: number[][] = [];
  readonly #shares: number[][] = [];
  readonly #seconds: number[] = [];
  #layers = 0;

  constructor(target: Target, task: EigenTask) {
    this.#target = target;
    this.#task = task;
    this.#moments = new ArrayMoments(target.ntk.length);
  }

  async add({ ntk, traces, seconds }: Pair): Promise<void> {
    const { ntk: analytic, n, vectors: u } = this.#target;
    const { k } = this.#task;
    const [distance, norm] = distanceAndNorm(ntk, analytic);
    this.errors.push(distance / norm);
    this.#moments.add(ntk);
    const { values, vectors } = await leadingPairs(ntk, n, this.#task);
    this.#values.push([...values]);
    this.#angles.push(largestAngles(u, vectors ?? u, k, n));
    const trace = traceOf(ntk, n);
    this.#layers = traces.length;
    if (trace > 0) this.#shares.push(traces.map((part) => part / trace));
    this.#seconds.push(seconds);
  }

  /**
   * Networks whose kernel is 0: no unit of a layer answers to any row, so that nothing they learn reaches the output.
   */
  get dead(): number {
    return this.errors.length - this.#shares.length;
  }

  /** Error of the mean kernel, what chance gives, and the bias that is left. */
  meanKernel(): { readonly error: number; readonly expected: number | null; readonly bias: number | null } {
    const [distance, norm] = distanceAndNorm(this.#moments.mean, this.#target.ntk);
    const error = distance / norm;
    const variance = this.#moments.totalVariance();
    if (variance === null) return { error, expected: null, bias: null };
    const expected = Math.sqrt(variance / this.#moments.count) / norm;
    return { error, expected, bias: Math.sqrt(Math.max(0, error ** 2 - expected ** 2)) };
  }

  /** Means and deviations over the seeds: eigenvalues `[k]`, angles `[k]`, shares `[layers]`; mean seconds. */
  summary() {
    const both = (rows: readonly (readonly number[])[]) => ({
      mean: byColumn(rows, meanOf),
      deviation: byColumn(rows, deviationOf),
    });
    return {
      values: both(this.#values),
      angles: both(this.#angles),
      shares: this.#shares.length > 0 ? both(this.#shares) : this.#noShares(),
      seconds: meanOf(this.#seconds),
    };
  }

  #noShares() {
    const each = <T>(value: T): T[] => Array.from({ length: this.#layers }, () => value);
    return { mean: each(0), deviation: each<number | null>(null) };
  }
}
