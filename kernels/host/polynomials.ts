import type { Precision } from '../../src/data/array.js';
import { fitCentred } from '../../src/programme/chebyshev.js';
import { sineMinus } from '../../src/programme/gap.js';

/** Degree of the angle polynomials: their error is below the rounding of the precision. */
export const ANGLE_DEGREE = { f64: 22, f32: 10 } satisfies Record<Precision, number>;

const theta = (gap: number): number => 2 * Math.asin(Math.sqrt(gap / 2));

/** Highest degree first, each coefficient repeated over a 16-byte vector. */
function vectors(coefficients: Float64Array, precision: Precision): ArrayBuffer {
  const lanes = precision === 'f64' ? 2 : 4;
  const list = Array.from(coefficients.toReversed(), (c) => Array.from({ length: lanes }, () => c)).flat();
  return precision === 'f64' ? Float64Array.from(list).buffer : Float32Array.from(list).buffer;
}

/**
 * theta / (pi sqrt g) and (sin theta - theta cos theta) / (pi g sqrt g) as polynomials in x = 2 g - 1, for g = 1 - cos theta in [0, 1].
 *
 * Both are analytic up to g = 2, so interpolation at Chebyshev nodes gains 0.77 digits a degree.
 */
export function anglePolynomials(precision: Precision): { readonly angles: ArrayBuffer; readonly sines: ArrayBuffer } {
  const degree = ANGLE_DEGREE[precision];
  const angles = fitCentred((g) => theta(g) / (Math.PI * Math.sqrt(g)), degree);
  const sines = fitCentred((g) => sineMinus(theta(g)) / (Math.PI * g * Math.sqrt(g)), degree);
  return { angles: vectors(angles, precision), sines: vectors(sines, precision) };
}
