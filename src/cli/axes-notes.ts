import type { Positions } from '../architecture/check-input.js';
import type { NdArray } from '../data/array.js';
import type { Input } from '../data/input.js';
import type { InputOptions } from './options/inputs.js';

/** Numbers of channels of images as others store them: grey and RGB. */
const USUAL_CHANNELS: readonly number[] = [1, 3];

const listed = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

const isUsual = (size: number): boolean => USUAL_CHANNELS.includes(size);

/** Fewest columns of an array that may be an image. */
const NARROWEST_IMAGE = 4;

/** `[n, h, w]` may be grey images as well as sequences `[n, w, c]`; with few channels it is no image. */
function ofSequences({ shape }: NdArray, path: string): readonly string[] {
  const [, length, channels] = shape;
  if (channels < NARROWEST_IMAGE) return [];
  const first = isUsual(length) ? `, --layout nchw sequences [n, c, w]` : '';
  return [
    `${path}: ${listed(shape)} was read as sequences [n, w, c] of ${length} positions and ${channels} channels; ` +
      `--image ${length}x${channels}x1 reads grey images${first}, --image ${length}x${channels} says that they are ` +
      'sequences',
  ];
}

/** `[n, 3, h, w]` is more likely to have its channels first. */
function ofImages({ shape }: NdArray, path: string): readonly string[] {
  const [, height, , channels] = shape;
  if (!isUsual(height) || isUsual(channels)) return [];
  return [
    `${path}: ${listed(shape)} was read as images [n, h, w, c] of ${channels} channels; --layout nchw reads them ` +
      `as [n, c, h, w] of ${height}, --layout nhwc says that channels are last`,
  ];
}

/** What was assumed of the axes of an array where nothing says what they are, and the flags that say it. */
export function axesNotes(x: Input, { image, layout, scale }: InputOptions, positions: Positions): readonly string[] {
  const matters = positions === 'open' || (positions === 'none' && scale === 'unit-pixels');
  if (!matters || image !== null || layout !== null) return [];
  if (x.shape.length === 3) return ofSequences(x, x.path);
  return x.shape.length === 4 ? ofImages(x, x.path) : [];
}
