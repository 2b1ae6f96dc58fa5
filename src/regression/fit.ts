import { norm } from '../data/norm.js';
import { DataError, NumericalError, UsageError } from '../errors.js';
import type { CholeskyFactor, LinearAlgebra } from '../linalg/algebra.js';
import { checkSymmetric } from '../linalg/symmetric.js';
import { nameOf } from './definite.js';
import { byFactor } from './factor-fit.js';
import { meanDiagonal } from './ridge.js';
import { fitFromSpectrum, type Spectrum, spectrumOf } from './spectrum-fit.js';

/** Training rows of a regression. */
export interface FitData {
  /** K(train, train) `[n, n]`. */
  readonly kernel: Float64Array;
  /** `[outputs, n]` */
  readonly targets: Float64Array;
  /** Training rows. */
  readonly n: number;
  /**
   * Whether rows 2k and 2k + 1 are an image and its mirrored copy, which leave-one-out leaves out together. [false]
   */
  readonly pairs?: boolean;
  /** Unit roundoff of the entries of the kernel: 2^-24 where they come from singles. [2^-53] */
  readonly roundoff?: number;
  /** What messages call the kernel, a file. [the kernel of the training rows] */
  readonly name?: string;
}

/** What to fit. */
export interface FitOptions {
  /** Multiples of the mean diagonal of K that are added to it; `auto`: the one with the least leave-one-out error. */
  readonly ridges: readonly (number | 'auto')[];
  /** Times of gradient flow from 0 on 1/2 sum (f - y)^2 at rate 1, with each ridge; Infinity: its limit. [Infinity] */
  readonly times?: readonly number[];
  /** What factorises and decomposes (`linearAlgebra`). */
  readonly algebra: LinearAlgebra;
  /** Work in the kernel's own memory instead of a copy; it is put back. [false] */
  readonly inPlace?: boolean;
  /** Whether there is room for a decomposition where a factorisation does not do. [true] */
  readonly decompose?: boolean;
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
  /**
   * |(K + shift I) a - b| / |y|, the largest of the outputs, with b what is learnt by then of y: how well the equations
   * are solved.
   */
  readonly error: number;
  /** What solved them: a factor of K plus the ridge, all eigenpairs of K, or conjugate gradients. */
  readonly method: 'cholesky' | 'eigen' | 'cg';
  /** Mean squared leave-one-out error of each ridge that was tried; null when none was. */
  readonly leaveOneOut: readonly TriedRidge[] | null;
  /** What the user should know although it is no error. */
  readonly warnings: readonly string[];
}

function checkOptions({ ridges, times = [] }: FitOptions): void {
  const ridge = ridges.find((r) => r !== 'auto' && !(r >= 0 && r < Infinity));
  if (ridge !== undefined) {
    throw new UsageError(`--ridge: must be a number from 0 on or auto, got ${ridge}. For example --ridge 1e-6.`);
  }
  const time = times.find((t) => !(t >= 0));
  if (time !== undefined) {
    throw new UsageError(`--time: must be a number from 0 on, got ${time}. For example --time 100.`);
  }
}

function checkData(data: FitData): void {
  const { kernel, targets, n } = data;
  if (!(n >= 1) || kernel.length < n * n) {
    throw new DataError(
      `${nameOf(data)}: must have n^2 entries for n = ${n} rows, got ${kernel.length}. Give K(train, train).`,
    );
  }
  if (data.pairs === true && n % 2 !== 0) {
    throw new DataError(
      `${nameOf(data)}: must have an even number of rows where they are pairs, got ${n}. Give each image its copy.`,
    );
  }
  if (targets.length === 0 || targets.length % n !== 0) {
    throw new DataError(
      `targets: must be [outputs, n] for n = ${n} training rows, got ${targets.length} numbers. Give one for each ` +
        'row and output.',
    );
  }
  const bad = targets.findIndex((value) => value - value !== 0);
  if (bad >= 0) {
    throw new DataError(
      `targets: must be finite, got ${targets[bad]} for row ${bad % n} (zero-based). Leave that row out.`,
    );
  }
  checkSymmetric(kernel, n, nameOf(data));
}

/** Whether a fit needs all eigenpairs rather than a factor of each shifted kernel. */
export function needsEigenpairs({ ridges, times = [] }: Pick<FitOptions, 'ridges' | 'times'>): boolean {
  return ridges.includes('auto') || times.some((time) => time < Infinity);
}

function checkCoefficients({ coefficients, ridge }: Fit): void {
  const size = norm(coefficients, 0, coefficients.length);
  if (size < Infinity) return;
  throw new NumericalError(
    `coefficients: must be doubles, got ${size} with --ridge ${ridge}. Use a larger --ridge, or scale the kernel ` +
      'or the labels.',
  );
}

/**
 * Fits each ridge and time, ridge by ridge: by Cholesky, or, with times or `auto`, or where K plus the ridge is
 * singular to rounding, all from one eigendecomposition of K.
 *
 * Eigenvalues that are 0 to rounding are 0: with no ridge above that, what the targets have along them is never learnt,
 * and nothing of it reaches a test row. @throws UsageError for options out of range, DataError for a kernel that is not
 * finite or not symmetric, NumericalError where an eigenvalue below 0 is none of rounding and no ridge lifts it.
 */
export async function fitKernel(data: FitData, options: FitOptions): Promise<readonly Fit[]> {
  checkOptions(options);
  checkData(data);
  const unit = meanDiagonal(data.kernel, data.n);
  const wantsSpectrum = needsEigenpairs(options);
  const fits: Fit[] = [];
  let spectrum: Spectrum | null = null;
  for (const ridge of options.ridges) {
    const solved = wantsSpectrum ? null : await byFactor(data, Number(ridge), unit, options);
    if (solved !== null) {
      fits.push(solved);
      continue;
    }
    spectrum ??= await spectrumOf(data, unit, options.algebra);
    fits.push(...fitFromSpectrum(spectrum, ridge, options.times ?? [Infinity]));
  }
  for (const fit of fits) checkCoefficients(fit);
  return fits;
}
