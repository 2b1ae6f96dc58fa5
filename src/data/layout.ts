import { UsageError } from '../errors.js';
import { complaint, quoted } from '../message.js';
import type { FloatArray } from './array.js';
import { imageShape, valuesOf } from './image.js';

/** Where the channels of an image stand in a file: last, or before the positions. */
export type Layout = 'nhwc' | 'nchw';

/** That of files where nothing is said of it. */
export const DEFAULT_LAYOUT: Layout = 'nhwc';

/** Orders of the axes of images in a file. */
export const LAYOUTS = ['nhwc', 'nchw'] as const satisfies readonly Layout[];

/** The layout itself. @throws UsageError when it is none */
export function checkLayout(layout: Layout): Layout {
  if (LAYOUTS.includes(layout)) return layout;
  const rule = `must be one of ${LAYOUTS.join(', ')}`;
  throw new UsageError(complaint('layout', rule, quoted(String(layout)), 'Choose one of these.'));
}

/**
 * Turns the examples of `data` from `[c, h, w]` to `[h, w, c]`, of sequences from `[c, w]` to `[w, c]`, in place;
 * returns the new shape `[n, ...]`.
 *
 * Rows `[n, d]` are such images of the sizes `image`, `[h, w, c]`; without them they stay. One example is copied at a
 * time.
 *
 * @throws UsageError when the sizes do not fit `image`
 */
export function channelsLast(
  data: FloatArray,
  shape: readonly number[],
  image: readonly number[] | null,
  where: string,
): readonly number[] {
  const [n, ...stored] = shape;
  const [, ...last] = imageShape(shape, image ?? turned(stored), where);
  if (last.length < 2) return shape;
  const channels = last[last.length - 1];
  const first = [channels, ...last.slice(0, -1)];
  if (stored.length === first.length && stored.join() !== first.join()) {
    const rule = `image ${last.join('x')} with --layout nchw needs examples [${first.join(', ')}]`;
    const remedy = 'Leave --layout out where channels stand last already.';
    throw new UsageError(complaint(where, rule, `[${stored.join(', ')}]`, remedy));
  }
  const positions = valuesOf(last) / channels;
  if (channels > 1 && positions > 1) turnEach(data, positions, channels);
  return [n, ...last];
}

/** Sizes `[c, h, w]` as `[h, w, c]`; those of a vector as they are. */
function turned([channels, ...positions]: readonly number[]): readonly number[] {
  return [...positions, channels];
}

function turnEach(data: FloatArray, positions: number, channels: number): void {
  const planes = data.slice(0, positions * channels);
  for (let start = 0; start < data.length; start += planes.length) {
    planes.set(data.subarray(start, start + planes.length));
    for (let channel = 0; channel < channels; channel++) {
      for (let position = 0; position < positions; position++) {
        data[start + position * channels + channel] = planes[channel * positions + position];
      }
    }
  }
}
