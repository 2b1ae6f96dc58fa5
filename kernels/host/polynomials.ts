import type { Precision } from '../../src/data/array.js';
import { angleOverRoot, sineOverCube } from '../../src/programme/approximations.js';
import { fitCentred } from '../../src/programme/chebyshev.js';

/** Degree of the angle polynomials (as in assembly/angle.ts): their error is below the rounding of the precision. */
export const ANGLE_DEGREE = { f64: 22, f32: 10 } satisfies Record<Precision, number>;

/** Coefficients of even powers, then of odd ones, highest first, each repeated over a 16-byte vector. */
function vectors(coefficients: Float64Array, precision: Precision): ArrayBuffer {
  const lanes = precision === 'f64' ? 2 : 4;
  const powers = Array.from(coefficients, (_, k) => k).reverse();
  const order = [...powers.filter((k) => k % 2 === 0), ...powers.filter((k) => k % 2 === 1)];
  const list = order.map((k) => coefficients[k]).flatMap((c) => Array.from({ length: lanes }, () => c));
  return precision === 'f64' ? Float64Array.from(list).buffer : Float32Array.from(list).buffer;
}

/** In f64 the sines are needed for g below this alone, to this degree; above, they come from the angle. */
const SHORT = { end: 0.1, degree: 9 };

/**
 * theta / (pi sqrt g) and (sin theta - theta cos theta) / (pi g sqrt g) as polynomials in x = 2 g - 1, for g = 1 - cos
 * theta in [0, 1] (the second in f64 in 20 g - 1 for g in [0, 0.1]).
 *
 * Both are analytic up to g = 2, so interpolation at Chebyshev nodes on [0, 1] gains 0.77 digits a degree, on [0, 0.1]
 * 1.9.
 */
export function anglePolynomials(precision: Precision): { readonly angles: ArrayBuffer; readonly sines: ArrayBuffer } {
  const degree = ANGLE_DEGREE[precision];
  const angles = fitCentred(angleOverRoot, degree);
  const sines =
    precision === 'f64'
      ? fitCentred((w) => sineOverCube(SHORT.end * w), SHORT.degree)
      : fitCentred(sineOverCube, degree);
  return { angles: vectors(angles, precision), sines: vectors(sines, precision) };
}
