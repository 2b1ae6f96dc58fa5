import type { KernelDefinition } from '../../architecture/types.js';
import { UsageError } from '../../errors.js';
import { type AngleKernel, angleKernel } from '../../kernel/angle-kernel.js';
import { COMPUTE_DEFAULTS, PROFILE_DEFAULTS } from '../../kernel/defaults.js';
import { SPHERE_LIMITS } from '../sphere.js';
import { angleRule } from './angle-rule.js';
import { curvature, hessianCondition, newtonStep } from './curvature.js';
import { FIT_DEFAULTS } from './defaults.js';
import { largestDeviation } from './deviation.js';
import { dialOf } from './dial.js';
import { type Minimum, minimise, type NoMinimum } from './minimise.js';
import { checkModel, type FitModel, type FitParameters, fittedKernel, parametersOf } from './models.js';
import { type Samples, totalWeight } from './samples.js';

/** Nodes in each panel; half as many tell the error; a few for the search of starts. */
const NODES = { full: 24, half: 12, search: 5 } as const;

/** What to fit, and over which angles. */
export interface FitOptions {
  /** The kernel that is fitted. [laplace] */
  readonly to?: FitModel;
  /** Whether an amplitude and an offset are fitted too; else the fit is 1 at x = z. [false] */
  readonly affine?: boolean;
  /**
   * Dimension d of the inputs: weight sin^(d-2), of pairs that are uniform on the sphere. [none: weight 1, uniform in
   * the angle]
   */
  readonly dim?: number;
  /** Which kernel of the network. [ntk] */
  readonly kind?: 'ntk' | 'nngp';
  /** Features of the unit inputs, by which a first layer with fan-in scaling divides. [dim, or 1] */
  readonly features?: number;
  /** Angles of the curves, evenly from 0 to pi. [361] */
  readonly angles?: number;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** What a fit found; all but `warnings` null where the objective has no minimum. */
export interface FitFound {
  /** The best ones. */
  readonly parameters: FitParameters | null;
  /** Estimated errors of the parameters: of the integrals and of the arithmetic. */
  readonly parameterErrors: FitParameters | null;
  /** Whether the exponent of `gamma` is held at 2: the objective would fall further. */
  readonly onBound: boolean;
  /** Integral of weight (kernel - fit)^2, or the sum over pairs. */
  readonly objective: number | null;
  /** Square root of the objective over the integral of the weight, or over the number of pairs. */
  readonly rmsDeviation: number | null;
  /** Largest |kernel - fit|. */
  readonly maxDeviation: number | null;
  /** The angle (or, of data, the distance) at which it is largest. */
  readonly maxAt: number | null;
  /** Condition number of the Hessian of the objective by the parameters. */
  readonly hessianCondition: number | null;
  /** Amplitude times rate of a fitted Laplace kernel, to compare with `dial`; null for the others. */
  readonly slope: number | null;
  /** What a reader should know. */
  readonly warnings: readonly string[];
}

/** The best radial kernel in the least squares sense over the angle between unit inputs. */
export interface RadialFit extends FitFound {
  /** Slope of the normalised kernel at x = z: 1 - dial |x - z| + ...; null where it is smooth, or steeper than a line. */
  readonly dial: number | null;
  /** Both kernels against the angle; `model` is null without a fit. */
  readonly curves: {
    /** Radians, evenly from 0 to pi. */
    readonly angles: readonly number[];
    /** K / K(x,x). */
    readonly kernel: readonly number[];
    /** The fit. */
    readonly model: readonly number[] | null;
  };
}

const distance = (angle: number): number => 2 * Math.sin(angle / 2);

function samplesOf(kernel: AngleKernel, dim: number | null, nodes: number): Samples {
  const { angles, weights } = angleRule(dim, nodes);
  return { r: angles.map(distance), k: kernel.at(angles), w: weights, room: new Float64Array(angles.length) };
}

/** Errors of the parameters: the Newton step that half as many nodes would take, that which is left, and rounding. */
export function parameterErrors(
  samples: Samples,
  other: Samples | null,
  to: FitModel,
  parameters: FitParameters,
  onBound: boolean,
): { readonly errors: FitParameters; readonly condition: number } {
  const own = curvature(samples, to, parameters, onBound);
  const left = newtonStep(own, own.gradient);
  const change = other === null ? left : newtonStep(own, curvature(other, to, parameters, onBound).gradient);
  const entries = own.names.map((name, p) => {
    const rounding = 4 * Number.EPSILON * Math.abs(parameters[name] ?? 0);
    return [name, Math.abs(left[p]) + Math.abs(change[p]) + rounding] as const;
  });
  return { errors: Object.fromEntries(entries), condition: hessianCondition(own) };
}

/** Why there is no fit. */
export function noMinimum(to: FitModel, affine: boolean, { towards }: NoMinimum): string {
  const rate = to === 'gaussian' ? 's' : 'c';
  const end = (towards === 'flat') === (to !== 'gaussian') ? '0' : 'infinity';
  const name = `${affine ? 'affine ' : ''}fit of ${to}`;
  return (
    `no ${name}: the deviation has no minimum, it falls as the fit grows ${towards} without end ` +
    `(${rate} to ${end})`
  );
}

/** What is said of a fit that ended on the bound of its exponent. */
export const ON_BOUND =
  'the exponent is on its bound, 2, above which exp(-c r^g) is no positive definite kernel: this is the gaussian fit ' +
  'with c = 1 / (2 s^2), and a larger exponent would fit better';

/** What is known without a minimum. */
export const NOTHING_FOUND = {
  parameters: null,
  parameterErrors: null,
  onBound: false,
  objective: null,
  rmsDeviation: null,
  maxDeviation: null,
  maxAt: null,
  hessianCondition: null,
  slope: null,
} as const;

/** Amplitude times rate of a Laplace kernel. */
export function slopeOf(to: FitModel, { c, amplitude = 1 }: FitParameters): number | null {
  return to === 'laplace' && c !== undefined ? amplitude * c : null;
}

function checkOptions({ dim, angles = FIT_DEFAULTS.angles, features = 1 }: FitOptions): void {
  if (dim !== undefined && !(Number.isInteger(dim) && dim >= 2 && dim <= SPHERE_LIMITS.dim)) {
    throw new UsageError(
      `dim: must be a whole number from 2 to ${SPHERE_LIMITS.dim}, got ${dim}. Inputs lie on the sphere in R^dim.`,
    );
  }
  if (!Number.isInteger(angles) || angles < 2)
    throw new UsageError(
      `angles: must be a whole number of at least 2, got ${angles}. For example ${FIT_DEFAULTS.angles}.`,
    );
  if (!Number.isInteger(features) || features < 1)
    throw new UsageError(`features: must be a whole number of at least 1, got ${features}. Leave it out.`);
}

/** Deviations of a minimum, over all angles. */
function foundOf(kernel: AngleKernel, samples: Samples, dim: number | null, minimum: Minimum, task: Task): FitFound {
  const { to, affine } = task;
  const parameters = parametersOf(to, affine, minimum.shape);
  const model = fittedKernel(to, parameters);
  const { objective, onBound } = minimum;
  const largest = largestDeviation((angles) =>
    Array.from(kernel.at(angles), (value, i) => value - model(distance(angles[i]))),
  );
  const half = samplesOf(kernel, dim, NODES.half);
  const { errors, condition } = parameterErrors(samples, half, to, parameters, minimum.held);
  return {
    parameters,
    parameterErrors: errors,
    onBound,
    objective,
    rmsDeviation: Math.sqrt(objective / totalWeight(samples)),
    maxDeviation: largest.value,
    maxAt: largest.at,
    hessianCondition: condition,
    slope: slopeOf(to, parameters),
    warnings: onBound ? [ON_BOUND] : [],
  };
}

interface Task {
  readonly to: FitModel;
  readonly affine: boolean;
}

/**
 * The Laplace, gamma or Gaussian kernel next to a kernel of vectors, in least squares over the angle between two unit
 * inputs.
 *
 * Minimises the integral over [0, pi] of w(theta) (K / K(x,x) - model(|x - z|))^2, |x - z| = 2 sin(theta / 2), w = 1 or
 * sin^(dim-2), by graded Gauss-Legendre panels; offset and amplitude are eliminated, the rest is found by a search and
 * Newton's method. Beside it stands the dial, the slope at x = z that the fit need not match.
 * @throws UsageError for an option out of range, a network of images, or a kernel that is 0
 * @throws ArchitectureError when a network has no such kernel
 */
export function fitRadial(definition: KernelDefinition, options: FitOptions = {}): RadialFit {
  checkOptions(options);
  const { to = FIT_DEFAULTS.to, affine = false, kind = COMPUTE_DEFAULTS.kind, signal } = options;
  checkModel(to);
  const dim = options.dim ?? null;
  const features = options.features ?? dim ?? PROFILE_DEFAULTS.features;
  const remedy = 'Its kernel is no function of one angle: fit it on images, with --data.';
  const kernel = angleKernel(definition, kind, features, remedy);
  if (kernel.output === null || kernel.diagonal === 0) {
    throw new UsageError(
      `--arch: must have a kernel that is not 0, got ${definition.name}, whose ${kind} is. Train a layer, or give ` +
        '--kind nngp.',
    );
  }
  const samples = samplesOf(kernel, dim, NODES.full);
  const coarse = samplesOf(kernel, dim, NODES.search);
  const minimum = minimise({ to, affine, coarse, samples, signal });
  const found =
    'towards' in minimum
      ? { ...NOTHING_FOUND, warnings: [noMinimum(to, affine, minimum)] }
      : foundOf(kernel, samples, dim, minimum, { to, affine });
  const count = options.angles ?? FIT_DEFAULTS.angles;
  const angles = Array.from({ length: count }, (_, i) => (i === count - 1 ? Math.PI : (Math.PI * i) / (count - 1)));
  const model = found.parameters === null ? null : fittedKernel(to, found.parameters);
  const curves = {
    angles,
    kernel: [...kernel.at(angles)],
    model: model === null ? null : angles.map((angle) => model(distance(angle))),
  };
  return { ...found, dial: dialOf(kernel), curves };
}
