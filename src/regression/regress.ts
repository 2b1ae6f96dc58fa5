import { DataError } from '../errors.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { notFinite } from '../linalg/symmetric.js';
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

function checkCross({ cross, n }: RegressData): void {
  if (cross.length % n !== 0) {
    throw new DataError(
      `cross: must be [m, n] for n = ${n} training rows, got ${cross.length} numbers. Give K(test, train).`,
    );
  }
  const bad = Array.prototype.findIndex.call(cross, (value: number) => value - value !== 0);
  if (bad >= 0) throw notFinite('the kernel of the test rows', Math.floor(bad / n), bad % n, cross[bad]);
}

/**
 * Kernel regression: ridge by Cholesky, or, with a time or `auto`, from one eigendecomposition of K.
 *
 * Eigenvalues that are 0 to rounding are 0: without a ridge above that, the limit is the pseudo-inverse. @throws
 * UsageError for options out of range, DataError for kernels that are not finite or not symmetric, NumericalError where
 * an eigenvalue below 0 is none of rounding and the ridge does not lift it.
 */
export async function regress(data: RegressData, options: RegressOptions): Promise<Regression> {
  const { ridge, time = Infinity, algebra } = options;
  checkCross(data);
  const [fit] = await fitKernel(data, { ridges: [ridge], times: [time], algebra });
  const { time: _time, ...found } = fit;
  return { ...found, predictions: predict(data.cross, fit.coefficients, data.n) };
}
