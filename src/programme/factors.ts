import type { Extended } from './extended-exponent.js';

/**
 * What depends on one row, or on one position of an image, alone: columns of numbers of each step (see
 * `self-kernels.ts`).
 */
export interface Factors {
  /** Rows n, or positions; 1 when the factors are the same for every row. */
  readonly rows: number;
  /** Columns `[n]` of each step. */
  readonly columns: readonly (readonly Float64Array[])[];
}

/** Factors of the positions of one image, and its pixels. */
export interface PixelFactors extends Factors {
  /** Pixels divided by their norms, `[positions, channels]`; a zero pixel stays 0. */
  readonly unit: Float64Array;
  /** Norms of the pixels, `[positions]`. */
  readonly norms: Extended;
}

/**
 * Which rows the pairs join: pair p is row `x` of one set with row `firstZ + p` of the other (row 0 for constant
 * factors).
 */
export interface Strip {
  readonly x: Factors;
  readonly rowX: number;
  readonly z: Factors;
  readonly firstZ: number;
}
