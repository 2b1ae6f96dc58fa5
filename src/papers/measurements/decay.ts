import type { KernelDefinition } from '../../architecture/types.js';
import { InterruptedError } from '../../errors.js';
import { powerEigenvalue } from '../../spectrum/sphere/asymptotics.js';
import { type SphereSpectrum, sphereSpectrum } from '../../spectrum/sphere.js';
import type { Curve, CurveFigure } from '../figure.js';
import type { ClaimCheck, ClaimContext } from '../types.js';
import { atMost, largest, near, short } from '../verdict.js';

/** A kernel on the sphere by its definition. */
export interface NamedKernel {
  readonly name: string;
  readonly definition: KernelDefinition;
  readonly kind?: 'ntk' | 'nngp';
}

/** A kernel whose eigenvalues are said to fall like k^-(d + 2 nu - 1). */
export interface DecayingKernel extends NamedKernel {
  /** Power of the singularity at t = 1 and -1 that gives this decay. */
  readonly nu: number;
}

/** What the logarithm of a ratio may change by while the degree doubles. */
const SLOPE = 0.02;
/** What a ratio to predicted constants may be away from 1. */
const RATIO = 2e-3;

/** Fewest degrees that tell a decay. */
const FEWEST = 24;

/** Highest degree of a measurement. */
function mostDegrees({ size }: ClaimContext): number {
  return size === 'full' ? 400 : 160;
}

/** The last degree up to which all eigenvalues are known; 0 where these are too few to tell a decay. */
function topDegree(spectra: readonly SphereSpectrum[]): number {
  const { degrees } = spectra[0];
  const unknown = degrees.findIndex((k) => spectra.some((one) => Number.isNaN(knownEigenvalue(one, k))));
  const top = unknown < 0 ? degrees.length - 1 : unknown - 1;
  return top >= FEWEST ? top : 0;
}

/** The spectrum of K / K(x,x) to a degree. */
function spectrumTo(kernel: NamedKernel, dim: number, degree: number, context: ClaimContext): SphereSpectrum {
  if (context.signal?.aborted) throw new InterruptedError();
  return sphereSpectrum(kernel.definition, {
    dim,
    maxDegree: degree,
    kind: kernel.kind ?? 'ntk',
    normalized: true,
  });
}

/** An eigenvalue, or NaN where its error bound is more than a thousandth of it. */
function knownEigenvalue({ eigenvalues, errorBounds }: SphereSpectrum, k: number): number {
  return errorBounds[k] <= 1e-3 * Math.abs(eigenvalues[k]) ? eigenvalues[k] : Number.NaN;
}

/**
 * Slope d log(ratio) / d log(degree) between half of the top degree and the top, of one parity; NaN where an eigenvalue
 * is not known.
 */
function slopeOf(ratio: (degree: number) => number, top: number, parity: 0 | 1): number {
  const high = top - ((top + parity) % 2);
  const half = Math.floor(high / 2);
  const low = half + ((half + parity) % 2);
  return Math.log(ratio(high) / ratio(low)) / Math.log(high / low);
}

/** Both parities of a slope, the larger in size; infinite where one is not known. */
function worstSlope(ratio: (degree: number) => number, top: number): number {
  const slopes = ([0, 1] as const).map((parity) => Math.abs(slopeOf(ratio, top, parity)));
  return Math.max(...slopes.map((slope) => (Number.isNaN(slope) ? Number.POSITIVE_INFINITY : slope)));
}

/** The check of a kernel whose eigenvalues vanish, or drown in their error bounds, too soon. */
function tooFew(where: string): ClaimCheck {
  const what = `${where}: degrees up to which every eigenvalue is known to 0.1 %`;
  return { what, asked: `at least ${FEWEST}`, measured: 'fewer', passed: false };
}

/**
 * Whether eigenvalues on S^(d-1) fall like k^-(d + 2 nu - 1), for even and for odd degrees: the ratio to the eigenvalue
 * of (1-t)^nu, which falls exactly so, has no slope, and the endpoint constants predict it.
 */
export function decayChecks(kernel: DecayingKernel, dim: number, context: ClaimContext): readonly ClaimCheck[] {
  const spectrum = spectrumTo(kernel, dim, mostDegrees(context), context);
  const top = topDegree([spectrum]);
  const ratio = (k: number): number => knownEigenvalue(spectrum, k) / powerEigenvalue(kernel.nu, dim, k);
  const order = dim + 2 * kernel.nu - 1;
  const where = `${kernel.name}, d = ${dim}`;
  if (top === 0) return [tooFew(where)];
  const slope = atMost(
    `${where}: slope of log(eigenvalue k^${order}) over degrees ${Math.ceil(top / 2)} to ${top}, even and odd`,
    worstSlope(ratio, top),
    SLOPE,
  );
  const predicted = spectrum.predicted[top] ?? Number.NaN;
  const constant = near(
    `${where}: eigenvalue ${top} over what the endpoint constants predict`,
    knownEigenvalue(spectrum, top) / predicted,
    1,
    RATIO,
  );
  return [slope, { ...constant, passed: constant.passed && spectrum.exponent === order }];
}

/** Two kernels whose eigenvalues are said to be of one order. */
export interface KernelPair {
  readonly one: NamedKernel;
  readonly other: NamedKernel;
}

/** Most that two equivalent kernels' eigenvalues may be apart, as a factor, at any degree. */
const FACTOR = 1e3;

/**
 * Whether two kernels have one RKHS on S^(d-1), as sets: the ratio of their eigenvalues stays between bounds at all
 * degrees, and has no slope at the last ones.
 */
export function ratioChecks({ one, other }: KernelPair, dim: number, context: ClaimContext): readonly ClaimCheck[] {
  const [a, b] = [one, other].map((kernel) => spectrumTo(kernel, dim, mostDegrees(context), context));
  const top = topDegree([a, b]);
  const ratio = (k: number): number => knownEigenvalue(a, k) / knownEigenvalue(b, k);
  const all = a.degrees
    .slice(0, top + 1)
    .map(ratio)
    .map((value) => (value > 0 ? Math.abs(Math.log(value)) : Number.POSITIVE_INFINITY));
  const where = `${one.name} over ${other.name}, d = ${dim}`;
  if (top === 0) return [tooFew(where)];
  const factor = Math.exp(Math.max(...all));
  const slope = worstSlope(ratio, top);
  return [
    {
      what: `${where}: factor between eigenvalues, degrees 0 to ${top}, and slope of its log over the last octave`,
      asked: `at most ${FACTOR}, and at most ${SLOPE}`,
      measured: `${short(factor)}, ${short(slope)}`,
      value: slope,
      passed: factor <= FACTOR && slope <= SLOPE,
    },
  ];
}

/** Slope of the log ratio of two kernels' eigenvalues over the last octave of degrees, the larger parity. */
export function ratioSlope({ one, other }: KernelPair, dim: number, context: ClaimContext): number {
  const [a, b] = [one, other].map((kernel) => spectrumTo(kernel, dim, mostDegrees(context), context));
  return worstSlope((k) => knownEigenvalue(a, k) / knownEigenvalue(b, k), topDegree([a, b]));
}

/** The eigenvalues of kernels on S^2 by degree, beside what their endpoint constants predict. */
export function decayFigure(
  title: string,
  kernels: readonly NamedKernel[],
  caption: string,
  context: ClaimContext,
): CurveFigure {
  return {
    form: 'curves',
    title,
    x: { label: 'degree k', scale: 'log', whole: true },
    y: { label: 'eigenvalue of K / K(x,x)', scale: 'log' },
    curves: decayCurves(kernels, 3, context),
    caption,
  };
}

/** Eigenvalues by degree with what the endpoint constants predict, of kernels on S^(d-1). */
function decayCurves(kernels: readonly NamedKernel[], dim: number, context: ClaimContext): readonly Curve[] {
  return kernels.flatMap((kernel): readonly Curve[] => {
    const spectrum = spectrumTo(kernel, dim, 64, context);
    const points = spectrum.degrees
      .filter((k) => k > 0 && knownEigenvalue(spectrum, k) > 0)
      .map((k) => ({ x: k, y: spectrum.eigenvalues[k] }));
    const predicted = spectrum.degrees.flatMap((k) => {
      const y = spectrum.predicted[k];
      return k > 0 && y !== null && y > 0 ? [{ x: k, y }] : [];
    });
    const name = `${kernel.name} predicted`;
    return [
      { name: kernel.name, form: 'marks', points },
      { name, form: 'prediction', of: kernel.name, points: predicted },
    ];
  });
}

/** The numbers of decays in a sentence. */
export function decayWords(checks: readonly ClaimCheck[]): string {
  const last = checks.flatMap(({ what, value }) =>
    what.includes('endpoint constants') && value !== undefined ? [value] : [],
  );
  const off = last.reduce((worst, value) => Math.max(worst, Math.abs(value - 1)), 0);
  const slope = largest('largest slope beside the decay', checks, 'slope of log(eigenvalue');
  return `${slope}; last eigenvalue within ${short(100 * off)} % of the endpoint constants`;
}

/** The numbers of ratios in a sentence. */
export function ratioWords(checks: readonly ClaimCheck[]): string {
  const found = checks.filter(({ what }) => what.includes('factor between eigenvalues'));
  const factors = found.map(({ measured }) => Number.parseFloat(measured));
  const slope = largest('the slope of their ratio at most', found, 'factor');
  return `eigenvalues apart by a factor of at most ${short(Math.max(...factors))}, ${slope}`;
}
