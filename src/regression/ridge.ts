import { NumericalError } from '../errors.js';
import type { CholeskyFactor, LinearAlgebra } from '../linalg/algebra.js';

/** A kernel ridge regression that was solved. */
export interface RidgeFit {
  /** `[outputs, n]`; a prediction is K(z, x) times these. */
  readonly coefficients: Float64Array;
  /** What was added to the diagonal. */
  readonly shift: number;
  /** Largest relative residual |(K + shift I) a - y| / |y| of an output. */
  readonly residual: number;
  readonly factor: CholeskyFactor;
}

/** Mean of the diagonal of K `[n, n]`: ridges are multiples of it. */
export function meanDiagonal(k: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += k[i * (n + 1)];
  return sum / n;
}

function plusShift(k: Float64Array, n: number, shift: number): Float64Array {
  const a = Float64Array.from(k);
  for (let i = 0; i < n; i++) a[i * (n + 1)] += shift;
  return a;
}

/** Largest |A X - Y| / |Y| of the right sides. */
function relativeResidual(product: Float64Array, y: Float64Array, n: number): number {
  let worst = 0;
  for (let at = 0; at < y.length; at += n) {
    let [miss, size] = [0, 0];
    for (let i = at; i < at + n; i++) {
      miss += (product[i] - y[i]) ** 2;
      size += y[i] ** 2;
    }
    worst = Math.max(worst, size === 0 ? Math.sqrt(miss) : Math.sqrt(miss / size));
  }
  return worst;
}

/** Factorises K + shift I. Throws NumericalError when that is not positive definite to rounding. */
export async function shiftedFactor(
  k: Float64Array,
  n: number,
  shift: number,
  algebra: LinearAlgebra,
): Promise<CholeskyFactor> {
  return algebra.cholesky(plusShift(k, n, shift), n);
}

/**
 * Solves (K + ridge mean(diag K) I) a = y for targets y `[outputs, n]`, by Cholesky and one step of iterative refinement.
 *
 * Throws NumericalError when K plus the ridge is not positive definite to rounding.
 */
export async function ridgeFit(
  k: Float64Array,
  n: number,
  y: Float64Array,
  ridge: number,
  algebra: LinearAlgebra,
): Promise<RidgeFit> {
  const outputs = y.length / n;
  const shift = ridge * meanDiagonal(k, n);
  const a = plusShift(k, n, shift);
  const factor = await algebra.cholesky(a, n).catch((error: unknown) => {
    if (!(error instanceof NumericalError)) throw error;
    throw new NumericalError(
      `--ridge: the kernel plus the ridge must be positive definite, got ridge ${ridge}: ${error.message} Use a larger --ridge.`,
    );
  });
  const first = factor.solve(y, outputs);
  const product = algebra.apply(a, n, first, outputs);
  const correction = factor.solve(
    y.map((v, i) => v - product[i]),
    outputs,
  );
  const refined = first.map((v, i) => v + correction[i]);
  const residuals = [first, refined].map((c) => relativeResidual(algebra.apply(a, n, c, outputs), y, n));
  const isBetter = residuals[1] < residuals[0];
  return {
    coefficients: isBetter ? refined : first,
    shift,
    residual: Math.min(...residuals),
    factor,
  };
}
