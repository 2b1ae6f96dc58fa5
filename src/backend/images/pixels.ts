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
 * |x_p|^2 of position `p` of an image, whose numbers stand from `at` on.
 *
 * @throws NumericalError for a pixel, not zero, whose squared norm a double does not hold with all its digits
 */
export function squareOf(data: FloatArray, image: number, p: number, at: number, channels: number): number {
  let square = 0;
  for (let c = 0; c < channels; c++) square += data[at + c] * data[at + c];
  if ((square > LEAST && square < MOST) || zeros(data, at, channels)) return square;
  const got = norm(data, at, channels).toExponential(1);
  throw new NumericalError(
    `image ${image}, position ${p}: the norm of a pixel must be 0 or lie between 1e-140 and 1e140, got ${got}. ` +
      'Scale the inputs (--scale unit-pixels).',
  );
}

/** Reads the pixels of one image after the other into the same arrays. */
export class PixelReader {
  /** |x_p|^2 of the image that was read last, `[positions]`. */
  readonly squares: Float64Array;
  readonly #norms: Float64Array;
  readonly #channels: number;
  #data: FloatArray = new Float32Array(0);
  #first = 0;

  constructor(positions: number, channels: number) {
    this.squares = new Float64Array(positions);
    this.#norms = new Float64Array(positions);
    this.#channels = channels;
  }

  /** Reads an image; one of zeros where `image` is null. @throws NumericalError as `squareOf` does */
  read(data: FloatArray, image: number | null): void {
    const [squares, norms, channels] = [this.squares, this.#norms, this.#channels];
    this.#data = data;
    this.#first = (image ?? 0) * squares.length * channels;
    if (image === null) {
      squares.fill(0);
      norms.fill(0);
      return;
    }
    for (let p = 0; p < squares.length; p++) {
      const length = Math.sqrt(squareOf(data, image, p, this.#first + p * channels, channels));
      norms[p] = length;
      squares[p] = length * length;
    }
  }

  /** Writes each pixel divided by its norm; number k goes to place `first + k * step`. */
  writeUnit(to: FloatArray, first: number, step: number): void {
    const [data, norms, channels] = [this.#data, this.#norms, this.#channels];
    let [from, at] = [this.#first, first];
    for (let p = 0; p < norms.length; p++) {
      const length = norms[p];
      for (let c = 0; c < channels; c++) {
        to[at] = length > 0 ? data[from] / length : 0;
        from += 1;
        at += step;
      }
    }
  }
}

/** Directions and norms of the pixels of an image; of zeros where it is null. @throws NumericalError as `squareOf` does */
export function pixelsOf(data: FloatArray, image: number | null, positions: number, channels: number): Pixels {
  const reader = new PixelReader(positions, channels);
  const unit = new Float64Array(positions * channels);
  reader.read(data, image);
  reader.writeUnit(unit, 0, 1);
  return { unit, squares: reader.squares };
}

function zeros(data: FloatArray, at: number, channels: number): boolean {
  for (let c = 0; c < channels; c++) if (data[at + c] !== 0) return false;
  return true;
}
