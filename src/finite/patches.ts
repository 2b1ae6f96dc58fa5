import type { FloatArray } from '../data/array.js';
import type { Windows } from '../programme/steps.js';
import { type Taps, windowTaps } from '../programme/taps.js';
import { positionCount } from '../programme/windows.js';

/** Taps of windows that were asked for, since each operation asks for its own again and again. */
const known = new WeakMap<Windows, Taps>();

/** The positions that windows read. */
export function tapsOf(windows: Windows): Taps {
  const found = known.get(windows) ?? windowTaps(windows);
  known.set(windows, found);
  return found;
}

/**
 * The taps of the way back: for each position of the image, and each tap from the last to the first, the window that reads it there, or -1.
 *
 * No two windows read one position by the same tap. The order makes neighbours of windows that lie side by side.
 */
function turned({ at, count }: Taps, positions: number): Taps {
  const back = new Int32Array(positions * count).fill(-1);
  for (let t = 0; t < at.length; t++) {
    if (at[t] >= 0) back[at[t] * count + count - 1 - (t % count)] = Math.floor(t / count);
  }
  return { at: back, count };
}

const knownBack = new WeakMap<Windows, Taps>();

/** The windows that read each position, by tap from the last to the first. */
export function backTaps(windows: Windows): Taps {
  const found = knownBack.get(windows) ?? turned(tapsOf(windows), positionCount(windows.from));
  knownBack.set(windows, found);
  return found;
}

/** Numbers from which on a run is copied by one call. */
const LONG_RUN = 96;

/** For each tap, how many from it on lie side by side in the image, within its window or the next. */
function runsOf({ at }: Taps): Int32Array {
  const runs = new Int32Array(at.length).fill(1);
  for (let t = at.length - 2; t >= 0; t--) if (at[t] >= 0 && at[t + 1] === at[t] + 1) runs[t] += runs[t + 1];
  return runs;
}

const knownRuns = new WeakMap<Taps, Int32Array>();

/** The same, found once. */
function runsKnown(taps: Taps): Int32Array {
  const found = knownRuns.get(taps) ?? runsOf(taps);
  knownRuns.set(taps, found);
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
  taps: Taps,
  h: FloatArray,
  sizes: { readonly positions: number; readonly channels: number },
  first: number,
  count: number,
  out: FloatArray,
): void {
  const { positions, channels } = sizes;
  const { at } = taps;
  const runs = runsKnown(taps);
  let to = 0;
  for (let i = first; i < first + count; i++) {
    const base = i * positions;
    for (let t = 0; t < at.length; t += runs[t]) {
      const from = (base + at[t]) * channels;
      const length = runs[t] * channels;
      if (at[t] < 0) out.fill(0, to, to + length);
      else if (length >= LONG_RUN) out.set(h.subarray(from, from + length), to);
      else for (let c = 0; c < length; c++) out[to + c] = h[from + c];
      to += length;
    }
  }
}
