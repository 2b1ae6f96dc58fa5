import type { Combination } from './backends.js';

/** How far a backend may be off. */
export interface Limits {
  /** Of an entry, over sqrt(K(x,x) K(z,z)). */
  readonly entry: number;
  /** Of an entry of a kernel of images, over sqrt(K(x,x) K(z,z)). */
  readonly image: number;
  /** Of 1 - K(x,z) / sqrt(K(x,x) K(z,z)), relative to itself. */
  readonly distance: number;
  /** What storing K leaves of that cosine distance, absolute. */
  readonly stored: number;
  /** Smallest angle at which the cosine distance is tested. */
  readonly angle: number;
  /** Between the shortcut and the whole body, over sqrt(K(x,x) K(z,z)). */
  readonly shortcut: number;
}

const F64: Limits = { entry: 1e-12, image: 1e-12, distance: 1e-6, stored: 8 * 2e-16, angle: 1e-7, shortcut: 1e-13 };
const F32: Limits = { entry: 2e-6, image: 1e-5, distance: 1e-3, stored: 8 * 6e-8, angle: 1e-4, shortcut: 2e-6 };

/** The one table of tolerances, by backend and precision. */
const LIMITS: Readonly<Record<string, Limits>> = {
  'reference f64': F64,
  'host f64': F64,
  'host f32': F32,
  'compiled f64': F64,
  'compiled f32': F32,
  'webgpu f32': F32,
  'tensorflow f64': F64,
  'tensorflow f32': F32,
  'tfjs f32': F32,
};

/** Limits of a combination; a backend without a row has none and must not be tested. */
export function limits({ backend, precision }: Combination): Limits {
  const found = LIMITS[`${backend} ${precision}`];
  if (found === undefined) throw new Error(`tolerances: no row for ${backend} ${precision}`);
  return found;
}

/**
 * The limit of an entry of a vector case: 4 times what a careful recursion reaches where that is more. A null floor
 * exempts.
 */
export function entryLimit(combination: Combination, floor: number | null | undefined): number {
  return floor === null ? Infinity : Math.max(limits(combination).entry, 4 * (floor ?? 0));
}

/** The same for a case on images. */
export function imageLimit(combination: Combination, floor: number | null | undefined): number {
  return floor === null ? Infinity : Math.max(limits(combination).image, 4 * (floor ?? 0));
}
