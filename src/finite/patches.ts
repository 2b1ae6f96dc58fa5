import type { FloatArray } from '../data/array.js';
import type { Windows } from '../programme/steps.js';
import { type Taps, windowTaps } from '../programme/taps.js';

/** Taps of windows that were asked for, since each operation asks for its own again and again. */
const known = new WeakMap<Windows, Taps>();

/** The positions that windows read. */
export function tapsOf(windows: Windows): Taps {
  const found = known.get(windows) ?? windowTaps(windows);
  known.set(windows, found);
  return found;
}

/** Whether every window is the position itself, so that numbers and their patches are one. */
export function isTrivial({ filter, stride }: Windows): boolean {
  return filter.every((q) => q === 1) && stride.every((s) => s === 1);
}

/**
 * What the windows read, side by side: from `h` `[count, positions, channels]` to `[count, windows, taps, channels]`, zero outside the image.
 *
 * `first` is the example of `h` to begin with.
 */
export function gather(
  { at }: Taps,
  h: FloatArray,
  sizes: { readonly positions: number; readonly channels: number },
  first: number,
  count: number,
  out: FloatArray,
): void {
  const { positions, channels } = sizes;
  let to = 0;
  for (let i = first; i < first + count; i++) {
    const base = i * positions;
    for (let t = 0; t < at.length; t++) {
      const from = (base + at[t]) * channels;
      if (at[t] < 0) out.fill(0, to, to + channels);
      else for (let c = 0; c < channels; c++) out[to + c] = h[from + c];
      to += channels;
    }
  }
}

/** The transpose of `gather`: adds each number of `patches` to the place that it was read from. */
export function scatter(
  { at }: Taps,
  patches: FloatArray,
  sizes: { readonly positions: number; readonly channels: number },
  first: number,
  count: number,
  h: FloatArray,
): void {
  const { positions, channels } = sizes;
  let from = 0;
  for (let i = first; i < first + count; i++) {
    const base = i * positions;
    for (let t = 0; t < at.length; t++) {
      const to = (base + at[t]) * channels;
      if (at[t] >= 0) for (let c = 0; c < channels; c++) h[to + c] += patches[from + c];
      from += channels;
    }
  }
}
