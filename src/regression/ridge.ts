import { norm } from '../data/norm.js';
import { NumericalError } from '../errors.js';
import type { CholeskyFactor, LinearAlgebra } from '../linalg/algebra.js';
import { diagonalOf, setDiagonal } from '../linalg/in-place.js';

/** A kernel ridge regression that was solved. */
export interface RidgeFit {
  /** `[outputs, n]`; a prediction is K(z, x) times these. */
  readonly coefficients: Float64Array;
  /** What was added to the diagonal. */
  readonly shift: number;
  /** Largest relative residual |(K + shift I) a - y| / |y| of an output. */
  readonly residual: number;
  readonly factor: CholeskyFactor;
  /** Puts K back, to the bit, where the factor lies in its place; the factor must not be used afterwards. */
  putBack(): void;
}

/** Mean of the diagonal of K `[n, n]`: ridges are multiples of it. */
export function meanDiagonal(k: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += k[i * (n + 1)];
  if (Number.isFinite(sum)) return sum / n;
  return diagonalOf(k, n).reduce((mean, own) => mean + own / n, 0);
}

/** Largest 2-norm of a row of K `[n, n]`. */
export function largestRow(k: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, norm(k, i * n, n));
  return largest;
}

/** Largest |r| / |y| of an output of r and y `[outputs, n]`; |r| itself where y is 0. */
export function relativeMiss(r: Float64Array, y: Float64Array, n: number): number {
  let worst = 0;
  for (let at = 0; at < y.length; at += n) worst = Math.max(worst, norm(r, at, n) / (norm(y, at, n) || 1));
  return worst;
}

/**
 * Solves (K + ridge mean(diag K) I) a = y for targets y `[outputs, n]`, by Cholesky and one step of iterative
 * refinement.
 *
 * With `inPlace` the factor takes the place of K, which must be left alone until `putBack`; else a copy is worked in.
 *
 * Throws NumericalError when K plus the ridge is not positive definite to rounding; K is then as it was.
 */
export async function ridgeFit(
  k: Float64Array,
  n: number,
  y: Float64Array,
  ridge: number,
  algebra: LinearAlgebra,
  inPlace = false,
): Promise<RidgeFit> {
  const outputs = y.length / n;
  const shift = ridge * meanDiagonal(k, n);
  const a = inPlace ? k : k.slice(0, n * n);
  const diagonal = diagonalOf(a, n);
  for (let i = 0; i < n; i++) a[i * (n + 1)] += shift;
  const factor = await algebra.factorise(a, n).catch((error: unknown) => {
    setDiagonal(a, diagonal);
    if (!(error instanceof NumericalError)) throw error;
    throw new NumericalError(
      `--ridge: the kernel plus the ridge must be positive definite, got ridge ${ridge}: ${error.message}`,
    );
  });
  const first = factor.solve(y, outputs);
  const missing = (x: Float64Array): Float64Array => {
    const product = factor.apply(x, outputs);
    return y.map((v, i) => v - product[i]);
  };
  const left = missing(first);
  const residualOfFirst = relativeMiss(left, y, n);
  const correction = factor.solve(left, outputs);
  const refined = first.map((v, i) => v + correction[i]);
  const residualOfRefined = relativeMiss(missing(refined), y, n);
  return {
    coefficients: residualOfRefined < residualOfFirst ? refined : first,
    shift,
    residual: Math.min(residualOfFirst, residualOfRefined),
    factor,
    putBack(): void {
      factor.restore();
      setDiagonal(a, diagonal);
    },
  };
}
