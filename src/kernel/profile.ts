import type { KernelDefinition } from '../architecture/types.js';
import { InterruptedError, UsageError } from '../errors.js';
import { angleKernel } from './angle-kernel.js';
import { COMPUTE_DEFAULTS, PROFILE_DEFAULTS } from './defaults.js';

/** What to evaluate. */
export interface ProfileOptions {
  /** Number of angles, evenly from 0 to pi, both included; or the angles, from 0 to pi. [181] */
  readonly angles?: number | readonly number[];
  /** Which kernel. [ntk] */
  readonly kind?: 'ntk' | 'nngp';
  /** Divide by K(x,x), so that every curve starts at 1. [true] */
  readonly normalized?: boolean;
  /** Features of the unit inputs; a first layer with fan-in scaling divides by them. [1] */
  readonly features?: number;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** One kernel against the angle. */
export interface ProfileCurve {
  /** Name of the network or kernel. */
  readonly name: string;
  /** A value for each angle. */
  readonly values: readonly number[];
}

/** Kernels as functions of the angle between two unit inputs. */
export interface Profile {
  /** Radians. */
  readonly angles: readonly number[];
  /** One curve for each definition, with a value for each angle. */
  readonly curves: readonly ProfileCurve[];
}

function curve(
  definition: KernelDefinition,
  angles: readonly number[],
  { kind, normalized, features }: Required<Omit<ProfileOptions, 'signal' | 'angles'>>,
): number[] {
  const kernel = angleKernel(
    definition,
    kind,
    features,
    'A profile is a function of one angle: use fc, resntk or another network of vectors, or ntk kernel for images.',
  );
  const scale = normalized ? 1 : kernel.diagonal;
  return Array.from(kernel.at(angles), (value) => scale * value);
}

function anglesOf(wanted: number | readonly number[]): readonly number[] {
  if (typeof wanted !== 'number') {
    const wrong = wanted.find((angle) => !(angle >= 0 && angle <= Math.PI));
    if (wrong === undefined) return wanted;
    throw new UsageError(`angles: must lie from 0 to pi, got ${wrong}. Give radians.`);
  }
  if (!Number.isInteger(wanted) || wanted < 2) {
    throw new UsageError(`angles: must be a whole number of at least 2, got ${wanted}.`);
  }
  return Array.from({ length: wanted }, (_, i) => (Math.PI * i) / (wanted - 1));
}

/**
 * Kernels against the angle between two unit inputs: what tells a spiky kernel from a stable one as depth grows.
 *
 * Values are K(t) / K(0) unless `normalized` is false. Angles are radians in [0, pi].
 *
 * Throws UsageError for fewer than two angles and for angles outside that range, ArchitectureError when a network has
 * no such kernel.
 */
export function kernelProfile(definitions: readonly KernelDefinition[], options: ProfileOptions = {}): Profile {
  const {
    angles: count = PROFILE_DEFAULTS.angles,
    kind = COMPUTE_DEFAULTS.kind,
    normalized = true,
    features = PROFILE_DEFAULTS.features,
    signal,
  } = options;
  const angles = anglesOf(count);
  const curves = definitions.map((definition) => {
    if (signal?.aborted) throw new InterruptedError();
    return { name: definition.name, values: curve(definition, angles, { kind, normalized, features }) };
  });
  return { angles, curves };
}
