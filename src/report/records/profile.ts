import type { CommonRecord } from './common.js';

/** What one curve of a profile shows. */
export interface ProfileCurve {
  /** Short label that tells it from the other curves of the record, e.g. `resntk depth 4`. */
  readonly name: string;
  /** As given to `--arch`. */
  readonly arch: string;
  /** Values of the preset's flags, those that were given. */
  readonly depth?: number | undefined;
  readonly alpha?: number | undefined;
  readonly gamma?: number | undefined;
  /** Angle at which the kernel has fallen half-way from 1 to its value at pi: small is spiky. Null: it does not fall. */
  readonly halfAngle: number | null;
}

/** Result of `ntk profile`: the normalised kernel against the angle between two inputs. */
export interface ProfileResult {
  readonly kind: 'ntk' | 'nngp';
  /** Angles in radians, ascending from 0 to pi. */
  readonly angles: readonly number[];
  readonly curves: readonly ProfileCurve[];
  /** One row a curve: K / sqrt(K(x,x) K(z,z)) at each angle. */
  readonly values: readonly (readonly number[])[];
}

/** A stored profile. */
export interface ProfileRecord extends CommonRecord, ProfileResult {}

/** What defines the kernel of each curve, in their order: the record's architecture is one, or a list. */
export function architecturesOf({ architecture }: Pick<CommonRecord, 'architecture'>): readonly object[] {
  if (architecture === null) return [];
  return Array.isArray(architecture) ? architecture : [architecture];
}

/** Angle at which a curve has fallen half-way from its first to its last value, by linear interpolation. */
export function halfAngle(angles: readonly number[], values: readonly number[]): number | null {
  const half = (values[0] + values[values.length - 1]) / 2;
  const k = values.findIndex((value) => value <= half);
  if (k < 1 || !(values[0] > half)) return null;
  const share = (values[k - 1] - half) / (values[k - 1] - values[k]);
  return angles[k - 1] + share * (angles[k] - angles[k - 1]);
}

/** Value of a curve at an angle, by linear interpolation. */
export function valueAt(angles: readonly number[], values: readonly number[], angle: number): number {
  const k = angles.findIndex((a) => a >= angle);
  if (k < 0) return values[values.length - 1];
  if (k === 0) return values[0];
  const share = (angle - angles[k - 1]) / (angles[k] - angles[k - 1]);
  return values[k - 1] + share * (values[k] - values[k - 1]);
}
