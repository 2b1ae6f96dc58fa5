import { UsageError } from '../errors.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { predict } from './predict.js';
import { meanDiagonal, ridgeFit } from './ridge.js';
import { bestShift, filteredCoefficients, flowFilter, spectralTargets } from './spectral-fit.js';

/** Ridges that are tried when the best one is asked for, as multiples of the mean diagonal. */
const CANDIDATES = Array.from({ length: 15 }, (_, k) => 10 ** (k - 12));

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
export interface RegressData {
  /** K(train, train) `[n, n]`. */
  readonly kernel: Float64Array;
  /** K(test, train) `[m, n]`. */
  readonly cross: ArrayLike<number>;
  /** `[outputs, n]` */
  readonly targets: Float64Array;
  /** Training rows. */
  readonly n: number;
}

/** A ridge that was tried. */
export interface TriedRidge {
  /** As a multiple of the mean diagonal. */
  readonly ridge: number;
  /** Mean squared leave-one-out error. */
  readonly error: number;
}

/** A fit and what it predicts. */
export interface Regression {
  /** `[m, outputs]` */
  readonly predictions: Float64Array;
  /** `[outputs, n]` */
  readonly coefficients: Float64Array;
  /** As a multiple of the mean diagonal. */
  readonly ridge: number;
  /** |(K + shift I) a - y| / |y|, the largest of the outputs: of a fit that ends early, what is not learnt yet. */
  readonly residual: number;
  /** Mean squared leave-one-out error of each ridge that was tried; null when none was. */
  readonly leaveOneOut: readonly TriedRidge[] | null;
}

function residualOf(
  { kernel, targets, n }: RegressData,
  coefficients: Float64Array,
  shift: number,
  algebra: LinearAlgebra,
): number {
  const product = algebra.apply(kernel, n, coefficients, coefficients.length / n);
  let worst = 0;
  for (let at = 0; at < targets.length; at += n) {
    let [miss, size] = [0, 0];
    for (let i = at; i < at + n; i++) {
      miss += (product[i] + shift * coefficients[i] - targets[i]) ** 2;
      size += targets[i] ** 2;
    }
    worst = Math.max(worst, Math.sqrt(miss / (size || 1)));
  }
  return worst;
}

function checkOptions({ ridge, time }: RegressOptions): void {
  if (ridge !== 'auto' && !(ridge >= 0 && ridge < Infinity)) {
    throw new UsageError(`--ridge: must be a number from 0 on or auto, got ${ridge}. For example --ridge 1e-6.`);
  }
  if (time !== undefined && !(time >= 0)) throw new UsageError(`--time: must be a number from 0 on, got ${time}.`);
}

/**
 * Kernel regression: ridge by Cholesky, or, with a time or `auto`, from one eigendecomposition of K.
 *
 * Throws UsageError for options out of range, NumericalError when K plus the ridge is not positive definite.
 */
export async function regress(data: RegressData, options: RegressOptions): Promise<Regression> {
  checkOptions(options);
  const { kernel, cross, targets, n } = data;
  const { ridge, time = Infinity, algebra } = options;
  if (ridge !== 'auto' && time === Infinity) {
    const { coefficients, residual } = await ridgeFit(kernel, n, targets, ridge, algebra);
    return { predictions: predict(cross, coefficients, n), coefficients, ridge, residual, leaveOneOut: null };
  }
  const unit = meanDiagonal(kernel, n);
  const spectral = spectralTargets(await algebra.eigen(kernel, n, true), targets);
  const tried =
    ridge === 'auto'
      ? bestShift(
          spectral,
          CANDIDATES.map((r) => r * unit),
        )
      : null;
  const shift = tried?.shift ?? Number(ridge) * unit;
  const coefficients = filteredCoefficients(spectral, flowFilter(time, shift));
  return {
    predictions: predict(cross, coefficients, n),
    coefficients,
    ridge: shift / unit,
    residual: residualOf(data, coefficients, shift, algebra),
    leaveOneOut: tried === null ? null : CANDIDATES.map((r, k) => ({ ridge: r, error: tried.errors[k] })),
  };
}
