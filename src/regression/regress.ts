import type { LinearAlgebra } from '../linalg/algebra.js';
import { type Fit, type FitData, fitKernel } from './fit.js';
import { predict } from './predict.js';

/** What to fit. */
export interface RegressOptions {
  /** Multiple of the mean diagonal of K that is added to it; `auto`: the one with the least leave-one-out error. */
  readonly ridge: number | 'auto';
  /** Time of gradient flow from 0 on the loss with this ridge; Infinity or absent: its limit. */
  readonly time?: number;
  /** What factorises and decomposes (`linearAlgebra`). */
  readonly algebra: LinearAlgebra;
}

/** Kernel matrices in float64, and targets. */
export interface RegressData extends FitData {
  /** K(test, train) `[m, n]`. */
  readonly cross: ArrayLike<number>;
}

/** A fit and what it predicts. */
export interface Regression extends Omit<Fit, 'time'> {
  /** `[m, outputs]` */
  readonly predictions: Float64Array;
}

/**
 * Kernel regression: ridge by Cholesky, or, with a time or `auto`, from one eigendecomposition of K.
 *
 * Throws UsageError for options out of range, NumericalError when K plus the ridge is not positive definite.
 */
export async function regress(data: RegressData, options: RegressOptions): Promise<Regression> {
  const { ridge, time = Infinity, algebra } = options;
  const [fit] = await fitKernel(data, { ridges: [ridge], times: [time], algebra });
  const { coefficients, residual, leaveOneOut } = fit;
  const predictions = predict(data.cross, coefficients, data.n);
  return { predictions, coefficients, ridge: fit.ridge, residual, leaveOneOut };
}
