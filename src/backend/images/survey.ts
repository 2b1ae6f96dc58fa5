import { positionCount } from '../../vocabulary/windows.js';
import type { ImageSet } from '../tasks.js';
import { squareOf } from './pixels.js';

/** What one look at the pixels of some images finds. */
export interface Survey {
  /** Least and largest |x_p|^2 of all pixels; Infinity and 0 of none. */
  readonly least: number;
  readonly most: number;
  /** The least that is not 0; Infinity where all are. */
  readonly leastAbove: number;
  /** Least and largest, among images that are not zero, of the largest |x_p|^2 of an image; Infinity and 0 of none. */
  readonly images: readonly [least: number, most: number];
  /** The first image of the first set that is not zero; null where all are. */
  readonly first: number | null;
}

/** As `PixelReader` has it: the square of a root that is a double. */
const held = (square: number): number => Math.sqrt(square) ** 2;

/** Looks at every pixel of some images. @throws NumericalError as `squareOf` does */
export function surveyImages(sets: readonly ImageSet[]): Survey {
  let [least, most, leastAbove, smallest] = [Infinity, 0, Infinity, Infinity];
  let first: number | null = null;
  sets.forEach((set, s) => {
    const positions = positionCount(set.positions);
    for (let image = 0; image < set.count; image++) {
      const found = surveyImage(set, image, positions);
      least = Math.min(least, found.least);
      leastAbove = Math.min(leastAbove, found.leastAbove);
      most = Math.max(most, found.most);
      if (found.most === 0) continue;
      smallest = Math.min(smallest, found.most);
      if (s === 0) first ??= image;
    }
  });
  return {
    least: held(least),
    most: held(most),
    leastAbove: held(leastAbove),
    images: [held(smallest), held(most)],
    first,
  };
}

// A plain loop: it runs over every number of every image.
function surveyImage(
  { data, channels }: ImageSet,
  image: number,
  positions: number,
): Pick<Survey, 'least' | 'most' | 'leastAbove'> {
  let [least, most, leastAbove] = [Infinity, 0, Infinity];
  const start = image * positions * channels;
  for (let p = 0; p < positions; p++) {
    const square = squareOf(data, image, p, start + p * channels, channels);
    if (square > most) most = square;
    if (square < least) least = square;
    if (square < leastAbove && square > 0) leastAbove = square;
  }
  return { least, most, leastAbove };
}
