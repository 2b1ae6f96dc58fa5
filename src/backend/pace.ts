import type { Precision } from '../data/array.js';

/** Rough speed of a backend on vectors. */
export interface Pace {
  /** Multiply-adds of the matrix product per second. */
  readonly product: number;
  /** Seconds of one step of a body on one entry. */
  readonly step: number;
}

/** Seconds of an entry: an inner product of so many features, then the steps. */
export function entrySeconds(
  { product, step }: Pace,
  { features, steps }: { readonly features: number; readonly steps: number },
): number {
  return features / product + steps * step;
}

/** The speed in a precision of a device that takes twice as long for double precision. */
export function paceIn({ product, step }: Pace, precision: Precision): Pace {
  return precision === 'f64' ? { product: product / 2, step: 2 * step } : { product, step };
}
