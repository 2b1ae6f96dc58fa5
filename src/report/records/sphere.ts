import type { SphereSpectrum } from '../../spectrum/sphere.js';
import type { CommonRecord } from './common.js';

/** The spectrum of one kernel of a record. */
export interface SphereRow extends Omit<SphereSpectrum, 'degrees' | 'multiplicities' | 'warnings'> {
  /** Short label that tells it from the other rows, e.g. `fc depth 4`. */
  readonly name: string;
  /** As given to `--arch`. */
  readonly arch: string;
  /** Values of the preset's flags, those that were given. */
  readonly depth?: number | undefined;
  readonly alpha?: number | undefined;
  readonly gamma?: number | undefined;
}

/** Result of `ntk sphere`: eigenvalues on the unit sphere by degree, a row a kernel. */
export interface SphereResult {
  readonly kind: 'ntk' | 'nngp';
  readonly normalized: boolean;
  /** Inputs lie on the unit sphere of this many dimensions. */
  readonly dim: number;
  readonly degrees: readonly number[];
  readonly multiplicities: readonly number[];
  readonly rows: readonly SphereRow[];
}

/** A stored result. With one row its fields stand beside `rows` as well. */
export interface SphereRecord extends CommonRecord, SphereResult, Partial<Omit<SphereRow, 'name' | 'arch'>> {}

/** The fields that stand at the top of a record of one kernel; none for a sweep. */
export function topFields({ rows }: SphereResult): Partial<Omit<SphereRow, 'name' | 'arch'>> {
  if (rows.length !== 1) return {};
  const { eigenvalues, errorBounds, method, exponent, endpoints, predicted, fit, trace } = rows[0];
  return { eigenvalues, errorBounds, method, exponent, endpoints, predicted, fit, trace };
}
