import type { CholeskyFactor, LinearAlgebra } from '../linalg/algebra.js';
import { RandomSource } from '../linalg/random.js';
import type { Preconditioner } from './conjugate-gradient.js';

/** Share of a diagonal entry below which nothing is left of it: a row that repeats an earlier one. */
const NOTHING = 2 ** -40;

/**
 * Share of the trace that the diagonal of a preconditioner has at least: with less, nothing but rounding is left of a
 * solve with it.
 */
const LEAST_LEVEL = 2 ** -34;

/** Different rows of n at random, as many as `rank` and there are: where a partial factor starts from. */
export function randomPivots(n: number, rank: number, seed = 0): number[] {
  const random = new RandomSource(seed);
  const all = Array.from({ length: n }, (_, i) => i);
  const count = Math.min(rank, n);
  for (let k = 0; k < count; k++) {
    const other = k + Math.floor(random.uniform() * (n - k));
    [all[k], all[other]] = [all[other], all[k]];
  }
  return all.slice(0, count);
}

/** K is about B'B for a few rows B `[rank, n]`. */
export interface PartialFactor {
  readonly rank: number;
  /** A preconditioner of K + shift I: a solve with B'B + (shift + what is left of the mean diagonal) I. */
  preconditioner(shift: number): Promise<Preconditioner>;
  /** Gives back what preconditioners hold on a device; they must not be used afterwards. */
  release(): void;
}

/** a += factor b for the n numbers from positions `to` and `from`. */
function addRow(a: Float64Array, to: number, factor: number, b: Float64Array, from: number, n: number): void {
  for (let k = 0; k < n; k++) a[to + k] += factor * b[from + k];
}

function dot(a: Float64Array, at: number, b: Float64Array, from: number, n: number): number {
  let [s, t] = [0, 0];
  let k = 0;
  for (; k + 2 <= n; k += 2) {
    s += a[at + k] * b[from + k];
    t += a[at + k + 1] * b[from + k + 1];
  }
  if (k < n) s += a[at + k] * b[from + k];
  return s + t;
}

/**
 * Turns rows of K into rows of its partial factor, in place; rows that depend on earlier ones drop out. Returns how
 * many remain.
 */
function eliminate(rows: Float64Array, pivots: readonly number[], left: Float64Array): number {
  const n = left.length;
  let rank = 0;
  pivots.forEach((pivot, k) => {
    const own = rows[k * n + pivot];
    const at = rank * n;
    if (k !== rank) rows.copyWithin(at, k * n, (k + 1) * n);
    for (let before = 0; before < at; before += n) addRow(rows, at, -rows[before + pivot], rows, before, n);
    const remaining = rows[at + pivot];
    if (!(remaining > NOTHING * own)) return;
    const root = Math.sqrt(remaining);
    for (let i = 0; i < n; i++) {
      rows[at + i] /= root;
      left[i] -= rows[at + i] ** 2;
    }
    rank += 1;
  });
  return rank;
}

/**
 * Partial Cholesky of K from its rows at random pivots, `rows` `[rank, n]`, which become the factor; `diagonal` is that
 * of K `[n]`.
 *
 * What the factor leaves of the trace goes to the diagonal of the preconditioner: with the shift alone there it would
 * often do harm. Rows cost rank / n of a product, where a Nystroem approximation from random vectors needs two products
 * with all of them (Chen, Epperly, Tropp, Webber 2023; on MNIST uniform pivots do as well as drawn or greedy ones).
 */
export function partialCholesky(
  rows: Float64Array,
  pivots: readonly number[],
  diagonal: Float64Array,
  algebra: LinearAlgebra,
): PartialFactor {
  const n = diagonal.length;
  const left = Float64Array.from(diagonal);
  const rank = eliminate(rows, pivots, left);
  const remaining = left.reduce((sum, v) => sum + Math.max(0, v), 0) / n;
  const least = LEAST_LEVEL * diagonal.reduce((sum, v) => sum + Math.max(0, v), 0);
  const gram = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j <= i; j++) {
      gram[i * rank + j] = dot(rows, i * n, rows, j * n, n);
      gram[j * rank + i] = gram[i * rank + j];
    }
  }
  const factors: CholeskyFactor[] = [];
  return {
    rank,
    release(): void {
      for (const factor of factors) factor.release?.();
    },
    async preconditioner(shift) {
      const level = Math.max(shift + remaining, least);
      if (rank === 0 || !(level > 0)) return (r) => Float64Array.from(r);
      const core = Float64Array.from(gram);
      for (let i = 0; i < rank; i++) core[i * (rank + 1)] += level;
      const factor = await algebra.cholesky(core, rank);
      factors.push(factor);
      return (r) => {
        const columns = r.length / n;
        const inner = new Float64Array(columns * rank);
        for (let c = 0; c < columns; c++) {
          for (let i = 0; i < rank; i++) inner[c * rank + i] = dot(rows, i * n, r, c * n, n);
        }
        const solved = factor.solve(inner, columns);
        const result = Float64Array.from(r);
        for (let c = 0; c < columns; c++) {
          for (let i = 0; i < rank; i++) addRow(result, c * n, -solved[c * rank + i], rows, i * n, n);
        }
        return result;
      };
    },
  };
}
