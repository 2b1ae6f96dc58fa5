import { UsageError } from '../errors.js';
import type { CholeskyFactor, LinearAlgebra } from '../linalg/algebra.js';
import { meanDiagonal, ridgeFit } from './ridge.js';
import { bestShift, filteredCoefficients, flowFilter, type SpectralTargets, spectralTargets } from './spectral-fit.js';

/** Ridges that are tried when the best one is asked for, as multiples of the mean diagonal. */
const CANDIDATES = Array.from({ length: 15 }, (_, k) => 10 ** (k - 12));

/** Training rows of a regression. */
export interface FitData {
  /** K(train, train) `[n, n]`. */
  readonly kernel: Float64Array;
  /** `[outputs, n]` */
  readonly targets: Float64Array;
  /** Training rows. */
  readonly n: number;
}

/** What to fit. */
export interface FitOptions {
  /** Multiples of the mean diagonal of K that are added to it; `auto`: the one with the least leave-one-out error. */
  readonly ridges: readonly (number | 'auto')[];
  /** Times of gradient flow from 0 on the loss with each ridge; Infinity: its limit. [Infinity] */
  readonly times?: readonly number[];
  /** What factorises and decomposes (`linearAlgebra`). */
  readonly algebra: LinearAlgebra;
  /** Work in the kernel's own memory instead of a copy; it is put back. [false] */
  readonly inPlace?: boolean;
  /** Called with each ridge's factor while there is one: only without times and `auto`. */
  readonly useFactor?: (factor: CholeskyFactor) => void;
}

/** A ridge that was tried. */
export interface TriedRidge {
  /** As a multiple of the mean diagonal. */
  readonly ridge: number;
  /** Mean squared leave-one-out error. */
  readonly error: number;
}

/** What was fitted with one ridge and one time. */
export interface Fit {
  /** `[outputs, n]` */
  readonly coefficients: Float64Array;
  /** As a multiple of the mean diagonal. */
  readonly ridge: number;
  /** Of gradient flow; Infinity for its limit. */
  readonly time: number;
  /** |(K + shift I) a - y| / |y|, the largest of the outputs: of a fit that ends early, what is not learnt yet. */
  readonly residual: number;
  /** Mean squared leave-one-out error of each ridge that was tried; null when none was. */
  readonly leaveOneOut: readonly TriedRidge[] | null;
}

/** Largest |(K + shift I) a - y| / |y| of an output. */
function residualOf(
  { kernel, targets, n }: FitData,
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

function checkOptions({ ridges, times = [] }: FitOptions): void {
  const ridge = ridges.find((r) => r !== 'auto' && !(r >= 0 && r < Infinity));
  if (ridge !== undefined) {
    throw new UsageError(`--ridge: must be a number from 0 on or auto, got ${ridge}. For example --ridge 1e-6.`);
  }
  const time = times.find((t) => !(t >= 0));
  if (time !== undefined) throw new UsageError(`--time: must be a number from 0 on, got ${time}.`);
}

/** Whether a fit needs all eigenpairs rather than a factor of each shifted kernel. */
export function needsEigenpairs({ ridges, times = [] }: Pick<FitOptions, 'ridges' | 'times'>): boolean {
  return ridges.includes('auto') || times.some((time) => time < Infinity);
}

async function byCholesky({ kernel, targets, n }: FitData, options: FitOptions): Promise<Fit[]> {
  const { ridges, algebra, inPlace = false, useFactor } = options;
  const fits: Fit[] = [];
  for (const ridge of ridges) {
    const { coefficients, residual, factor, putBack } = await ridgeFit(
      kernel,
      n,
      targets,
      Number(ridge),
      algebra,
      inPlace,
    );
    try {
      useFactor?.(factor);
    } finally {
      putBack();
    }
    fits.push({ coefficients, ridge: Number(ridge), time: Infinity, residual, leaveOneOut: null });
  }
  return fits;
}

function byEigenpairs(data: FitData, spectral: SpectralTargets, options: FitOptions): Fit[] {
  const { ridges, times = [Infinity], algebra } = options;
  const unit = meanDiagonal(data.kernel, data.n);
  return ridges.flatMap((ridge) => {
    const shifts = CANDIDATES.map((r) => r * unit);
    const tried = ridge === 'auto' ? bestShift(spectral, shifts) : null;
    const shift = tried?.shift ?? Number(ridge) * unit;
    const leaveOneOut = tried === null ? null : CANDIDATES.map((r, k) => ({ ridge: r, error: tried.errors[k] }));
    return times.map((time) => {
      const coefficients = filteredCoefficients(spectral, flowFilter(time, shift));
      const residual = residualOf(data, coefficients, shift, algebra);
      return { coefficients, ridge: ridge === 'auto' ? shift / unit : ridge, time, residual, leaveOneOut };
    });
  });
}

/**
 * Fits each ridge and time, ridge by ridge: by Cholesky, or, with times or `auto`, all from one eigendecomposition of K.
 *
 * Throws UsageError for options out of range, NumericalError when K plus a ridge is not positive definite.
 */
export async function fitKernel(data: FitData, options: FitOptions): Promise<readonly Fit[]> {
  checkOptions(options);
  if (!needsEigenpairs(options)) return byCholesky(data, options);
  const { algebra } = options;
  const spectral = spectralTargets(await algebra.eigen(data.kernel, data.n, true), data.targets);
  return byEigenpairs(data, spectral, options);
}
