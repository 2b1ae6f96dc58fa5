import { requireVectors } from '../architecture/check-input.js';
import { lower } from '../architecture/lower.js';
import { checkKind } from '../architecture/parse.js';
import type { KernelDefinition } from '../architecture/types.js';
import { InterruptedError, NumericalError, UsageError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { extendedNumber } from '../programme/extended-exponent.js';
import { keepNeeded } from '../programme/needs.js';
import { type RowFactors, rowFactors } from '../programme/self-kernels.js';
import type { Programme, ValueId } from '../vocabulary/steps.js';
import { DEFAULT_DEGREE } from './defaults.js';
import { type DecayFit, factorOf, fitDecay, powerEigenvalue, predictedTail, smoothTail } from './sphere/asymptotics.js';
import { type Singularities, singularities } from './sphere/endpoints.js';
import { multiplicities, weigh } from './sphere/multiplicity.js';
import { type Bounded, largestFactor, projectSeries, remainder } from './sphere/projection.js';
import { quadrature } from './sphere/quadrature.js';
import { seriesCost, seriesObstacle, taylorSeries } from './sphere/taylor.js';

/** Largest dimension and degree that are taken. */
export const SPHERE_LIMITS = { dim: 100_000, degree: 5_000 } as const;

/** What to compute. */
export interface SphereOptions {
  /** Dimension d of the inputs, at least 2: they lie on S^(d-1). */
  readonly dim: number;
  /** Highest degree. [60] */
  readonly maxDegree?: number;
  /** Which kernel. [ntk] */
  readonly kind?: 'ntk' | 'nngp';
  /** Divide by K(x,x). [false] */
  readonly normalized?: boolean;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** How an eigenvalue was computed. */
export type SphereMethod = 'quadrature' | 'series';

/** Behaviour of a kernel at t = 1 and t = -1: polynomial + c1 (1-t)^nu, polynomial + cm (1+t)^nu. */
export interface SphereEndpoints {
  /**
   * The lower one of the two ends' exponents; null where the kernel has no singular term up to 4.5 (it is smooth), or
   * for elu.
   */
  readonly nu: number | null;
  /** Factor of (1-t)^nu near t = 1. */
  readonly c1: number | null;
  /** Factor of (1+t)^nu near t = -1. */
  readonly cm: number | null;
}

/** The sum of multiplicity times eigenvalue, which is K(x,x) over all degrees. */
export interface SphereTrace {
  /** Sum over the computed degrees. */
  readonly computed: number;
  /** What the endpoint expansion predicts for the rest; null where there is none. */
  readonly tail: number | null;
  /** K(x,x). */
  readonly diagonal: number;
  /** Bound of |computed + tail - diagonal|; null without a tail. */
  readonly bound: number | null;
}

/** Eigenvalues of a kernel on the unit sphere, by degree. */
export interface SphereSpectrum {
  /** 0, 1, ... up to the largest that was asked for. */
  readonly degrees: readonly number[];
  /** One for each degree, of K, or of K / K(x,x) with `normalized`; uniform probability measure. */
  readonly eigenvalues: readonly number[];
  /** Dimensions of the spaces of harmonics; Infinity above 1e308. */
  readonly multiplicities: readonly number[];
  /** Bounds of the errors of the eigenvalues. */
  readonly errorBounds: readonly number[];
  /** How each was computed. */
  readonly method: readonly SphereMethod[];
  /** d + 2 nu - 1: mu_k falls like k^-exponent; null where nu is. */
  readonly exponent: number | null;
  /** What the kernel is like near t = 1 and t = -1. */
  readonly endpoints: SphereEndpoints;
  /**
   * Leading prediction for each degree, (c1 + (-1)^k cm) times the eigenvalue of (1-t)^nu; null where there is none.
   */
  readonly predicted: readonly (number | null)[];
  /** Decay of the computed eigenvalues; null where too few lie above their bounds. */
  readonly fit: DecayFit | null;
  /** Sum of multiplicity times eigenvalue against K(x,x). */
  readonly trace: SphereTrace;
  /** What a reader should know. */
  readonly warnings: readonly string[];
}

/** A bound below this share of an eigenvalue is good enough. */
const GOOD = 1e-11;
/** Lengths of Taylor series that are tried, and the multiplications that they may cost together. */
const LENGTHS = [128, 512, 2048, 4096] as const;
/** Lengths up to this one cost little and are tried wherever an eigenvalue is not good yet. */
const ALWAYS = 512;
const BUDGET = 6e8;
/** What a longer series may be hoped to leave of the remainder of the last one. */
const HOPE = 0.1;

function checkOptions({ dim, maxDegree = DEFAULT_DEGREE }: SphereOptions): void {
  if (!Number.isInteger(dim) || dim < 2 || dim > SPHERE_LIMITS.dim) {
    throw new UsageError(
      `dim: must be a whole number from 2 to ${SPHERE_LIMITS.dim}, got ${dim}. Inputs lie on the sphere in R^dim.`,
    );
  }
  if (!Number.isInteger(maxDegree) || maxDegree < 0 || maxDegree > SPHERE_LIMITS.degree) {
    throw new UsageError(
      `maxDegree: must be a whole number from 0 to ${SPHERE_LIMITS.degree}, got ${maxDegree}. For example ` +
        `${DEFAULT_DEGREE}.`,
    );
  }
}

interface Found extends Bounded {
  readonly method: SphereMethod;
}

/** A kernel of one output on unit rows. */
interface Kernel {
  readonly programme: Programme;
  readonly selfKernels: RowFactors;
  readonly output: ValueId;
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new InterruptedError();
}

/**
 * Eigenvalues of kappa = K / K(x,x): by quadrature, and by longer and longer Taylor series while these improve what is
 * not good yet. Each degree keeps the result with the smaller bound.
 */
function eigenvalues({ programme, selfKernels, output }: Kernel, options: SphereOptions): readonly Found[] {
  const { dim, maxDegree = DEFAULT_DEGREE, signal } = options;
  let found: readonly Found[] = quadrature(programme, selfKernels, dim, maxDegree).map((b) => ({
    ...b,
    method: 'quadrature',
  }));
  if (seriesObstacle(programme) !== null) return found;
  const { length: steps } = programme.steps;
  const cost = seriesCost(programme);
  let rest = 1;
  for (const wanted of LENGTHS) {
    checkSignal(signal);
    const length = Math.max(wanted, maxDegree + 33);
    const hopeful = found.some(
      ({ value, bound }, k) => bound > GOOD * Math.abs(value) && bound > HOPE * rest * largestFactor(length, dim, k),
    );
    const poor = found.some(({ value, bound }) => bound > GOOD * Math.abs(value));
    if (!poor || (cost * length * length) / 2 > BUDGET) break;
    if (length > ALWAYS && !hopeful) continue;
    const series = taylorSeries(programme, selfKernels, output, length);
    if (series === null) break;
    rest = remainder(series, steps);
    found = found.map((old, k) => {
      const next = projectSeries(series, rest, steps, dim, k);
      return next.bound < old.bound ? { ...next, method: 'series' } : old;
    });
  }
  return found;
}

function endpointsOf(parts: Singularities | null, scale: number): SphereEndpoints {
  const powers = parts === null ? [] : [...parts.near, ...parts.far].map((t) => t.power);
  if (parts === null || powers.length === 0) return { nu: null, c1: null, cm: null };
  const nu = Math.min(...powers);
  return { nu, c1: scale * factorOf(parts.near, nu), cm: scale * factorOf(parts.far, nu) };
}

function traceOf(parts: Singularities | null, shares: readonly Bounded[], dim: number, scale: number): SphereTrace {
  const computed = shares.reduce((sum, { value }) => sum + value, 0);
  const spread = shares.reduce((sum, { bound }) => sum + bound, 0) + 4 * Number.EPSILON * shares.length;
  const smooth = parts !== null && parts.near.length + parts.far.length === 0;
  const tail = parts === null ? null : smooth ? smoothTail(shares) : predictedTail(parts, shares, dim);
  return {
    computed: scale * computed,
    tail: tail === null ? null : scale * tail.value,
    diagonal: scale,
    bound: tail === null ? null : scale * (spread + tail.bound),
  };
}

function warningsOf(programme: Programme, parts: Singularities | null): readonly string[] {
  const obstacle = seriesObstacle(programme);
  return [
    ...(obstacle === null ? [] : [`Quadrature only: ${obstacle}. Eigenvalues below their error bound are not known.`]),
    ...(parts === null ? ['No endpoint constants: elu has no expansion at the ends of [-1, 1] here.'] : []),
  ];
}

function spectrumOf(kernel: Kernel, scale: number, options: SphereOptions): SphereSpectrum {
  const { dim, maxDegree = DEFAULT_DEGREE } = options;
  const found = eigenvalues(kernel, options);
  const parts = singularities(kernel.programme, kernel.selfKernels, kernel.output);
  const endpoints = endpointsOf(parts, scale);
  const { nu, c1, cm } = endpoints;
  const values = found.map(({ value }) => scale * value);
  const errorBounds = found.map(({ bound }) => scale * bound);
  const counts = multiplicities(dim, maxDegree);
  const predicted = values.map((_, k) =>
    nu === null || k <= nu ? null : ((c1 ?? 0) + (k % 2 === 0 ? 1 : -1) * (cm ?? 0)) * powerEigenvalue(nu, dim, k),
  );
  const shares = found.map((one, k) => weigh(one, dim, k, counts[k]));
  return {
    degrees: values.map((_, k) => k),
    eigenvalues: values,
    multiplicities: counts,
    errorBounds,
    method: found.map(({ method }) => method),
    exponent: nu === null ? null : dim + 2 * nu - 1,
    endpoints,
    predicted,
    fit: fitDecay(values, errorBounds),
    trace: traceOf(parts, shares, dim, scale),
    warnings: warningsOf(kernel.programme, parts),
  };
}

/** The spectrum of a kernel that is 0. */
function zeroSpectrum({ dim, maxDegree = DEFAULT_DEGREE }: SphereOptions): SphereSpectrum {
  const counts = multiplicities(dim, maxDegree);
  const zeros = counts.map(() => 0);
  return {
    degrees: counts.map((_, k) => k),
    eigenvalues: zeros,
    multiplicities: counts,
    errorBounds: zeros,
    method: counts.map(() => 'quadrature' as const),
    exponent: null,
    endpoints: { nu: null, c1: null, cm: null },
    predicted: counts.map(() => null),
    fit: null,
    trace: { computed: 0, tail: 0, diagonal: 0, bound: 0 },
    warnings: ['Nothing is trained, or the kernel is 0: so are its eigenvalues.'],
  };
}

/**
 * Eigenvalues of a kernel on the unit sphere S^(d-1) under the uniform probability measure, by degree k = 0 ..
 * maxDegree, with error bounds.
 *
 * mu_k = w_d integral of K(t) P_k(t) (1-t^2)^((d-3)/2) dt (Funk-Hecke): by quadrature in the angle, or from the Taylor
 * series of K in t, whose coefficients are not negative, whichever has the smaller bound. The endpoint theorem of
 * Bietti and Bach 2021 gives the predicted decay.
 * @throws UsageError for a dimension or a degree out of range
 * @throws ArchitectureError when a network has no such kernel
 * @throws NumericalError when K(x,x) is no double and `normalized` is not set
 */
export function sphereSpectrum(definition: KernelDefinition, options: SphereOptions): SphereSpectrum {
  checkOptions(options);
  checkSignal(options.signal);
  const { dim, kind = COMPUTE_DEFAULTS.kind, normalized = false } = options;
  requireVectors(
    definition,
    '--arch',
    'Give --positions P for the eigenvalues on products of spheres, or use fc, resntk or another network of vectors.',
  );
  if (definition.format === 'ntk-architecture/1') checkKind(definition, kind);
  const programme = keepNeeded(lower(definition, dim, kind));
  const selfKernels = rowFactors(programme, Float64Array.of(1));
  const [output, extended] = [programme[kind], selfKernels[kind]];
  if (output === null || extended === null || extended.mantissa[0] === 0) return zeroSpectrum(options);
  const scale = normalized ? 1 : extendedNumber(extended, 0);
  if (!(scale > 0 && scale < Infinity)) {
    throw new NumericalError(`K(x,x): must be a double, got one out of its range. Give --normalized.`);
  }
  return spectrumOf({ programme, selfKernels, output }, scale, options);
}
