import type { FloatArray } from '../../data/array.js';
import { norm } from '../../data/norm.js';

/** Pixels of an image as directions and squared norms. */
export interface Pixels {
  /** Each pixel divided by its norm, `[positions * channels]`; a zero pixel stays 0. */
  readonly unit: Float64Array;
  /** |x_p|^2, `[positions]`. */
  readonly squares: Float64Array;
}

/** Directions and norms of the pixels of an image; of zeros where `image` is null. */
export function pixelsOf(data: FloatArray, image: number | null, positions: number, channels: number): Pixels {
  const unit = new Float64Array(positions * channels);
  const squares = new Float64Array(positions);
  if (image === null) return { unit, squares };
  const first = image * positions * channels;
  for (let p = 0; p < positions; p++) {
    const at = first + p * channels;
    let square = 0;
    for (let c = 0; c < channels; c++) square += data[at + c] * data[at + c];
    if (square === 0 && zeros(data, at, channels)) continue;
    const length = square > 1e-280 && square < 1e280 ? Math.sqrt(square) : norm(data, at, channels);
    squares[p] = length * length;
    for (let c = 0; c < channels; c++) unit[p * channels + c] = data[at + c] / length;
  }
  return { unit, squares };
}

function zeros(data: FloatArray, at: number, channels: number): boolean {
  for (let c = 0; c < channels; c++) if (data[at + c] !== 0) return false;
  return true;
}
