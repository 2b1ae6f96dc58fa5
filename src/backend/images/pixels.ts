import type { FloatArray } from '../../data/array.js';
import { norm } from '../../data/norm.js';
import { NumericalError } from '../../errors.js';

/** Pixels of an image as directions and squared norms. */
export interface Pixels {
  /** Each pixel divided by its norm, `[positions * channels]`; a zero pixel stays 0. */
  readonly unit: Float64Array;
  /** |x_p|^2, `[positions]`. */
  readonly squares: Float64Array;
}

/** Squared norms between these have all their digits, and so have sums and products with scales of layers. */
const [LEAST, MOST] = [1e-280, 1e280];

/**
 * Directions and norms of the pixels of an image; of zeros where `image` is null.
 *
 * @throws NumericalError for a pixel, not zero, whose squared norm a double does not hold with all its digits
 */
export function pixelsOf(data: FloatArray, image: number | null, positions: number, channels: number): Pixels {
  const unit = new Float64Array(positions * channels);
  const squares = new Float64Array(positions);
  if (image === null) return { unit, squares };
  const first = image * positions * channels;
  for (let p = 0; p < positions; p++) {
    const at = first + p * channels;
    let square = 0;
    for (let c = 0; c < channels; c++) square += data[at + c] * data[at + c];
    if (!(square > LEAST && square < MOST)) {
      if (zeros(data, at, channels)) continue;
      const got = norm(data, at, channels).toExponential(1);
      throw new NumericalError(
        `image ${image}, position ${p}: the norm of a pixel must be 0 or lie between 1e-140 and 1e140, got ${got}. ` +
          'Scale the inputs (--scale unit-pixels).',
      );
    }
    const length = Math.sqrt(square);
    squares[p] = length * length;
    for (let c = 0; c < channels; c++) unit[p * channels + c] = data[at + c] / length;
  }
  return { unit, squares };
}

function zeros(data: FloatArray, at: number, channels: number): boolean {
  for (let c = 0; c < channels; c++) if (data[at + c] !== 0) return false;
  return true;
}
