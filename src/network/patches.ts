import type { FloatArray } from '../data/array.js';
import { type Taps, windowTaps } from '../programme/taps.js';
import type { Windows } from '../vocabulary/steps.js';
import { positionCount } from '../vocabulary/windows.js';

/** Taps of windows that were asked for, since each operation asks for its own again and again. */
const known = new WeakMap<Windows, Taps>();

/** The positions that windows read. */
export function tapsOf(windows: Windows): Taps {
  const found = known.get(windows) ?? windowTaps(windows);
  known.set(windows, found);
  return found;
}

/**
 * The taps of the way back: for each position of the image, and each tap from the last to the first, the window that
 * reads it there, or -1.
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

/** The windows that read each position, by tap from the last to the first. */
function backTaps(windows: Windows): Taps {
  return turned(windowTaps(windows), positionCount(windows.from));
}

/** Rows of gathered positions that one tap of the outer axes brings to rows of the result. */
export interface Band {
  /** First gathered row. */
  readonly read: number;
  /** First row of the result. */
  readonly written: number;
  /** Rows. */
  readonly length: number;
}

/**
 * Windows as products with shifted rows: only the taps of the last axis are gathered, and those of the other axes read
 * the same rows again.
 *
 * A filter of 3 x 3 gathers three numbers for each instead of nine.
 */
export interface Bands {
  /** The taps that are gathered side by side, of each gathered row. */
  readonly taps: Taps;
  /** Positions of what is read. */
  readonly positions: number;
  /** Gathered rows of an example. */
  readonly read: number;
  /** Rows of the result of an example. */
  readonly written: number;
  /** The bands of each tap of the other axes. */
  readonly outer: readonly (readonly Band[])[];
  /** Whether all taps are gathered, so that one band is the whole example. */
  readonly isWhole: boolean;
}

/** Fewest rows of a band worth a product of its own. */
const FEWEST_ROWS = 64;
/** Fewest numbers of a gathered row: below, adding up costs more than gathering. */
const FEWEST_NUMBERS = 16;

/** The rows that one tap reads, as bands of neighbours; each row of the grid is `width` positions. */
function bandsOfTap({ at, count }: Taps, tap: number, width: number): readonly Band[] {
  const bands: Band[] = [];
  for (let i = 0; i < at.length / count; i++) {
    const row = at[i * count + tap];
    if (row < 0) continue;
    const last = bands[bands.length - 1];
    if (last !== undefined && last.written + last.length === i * width && last.read + last.length === row * width) {
      bands[bands.length - 1] = { ...last, length: last.length + width };
    } else bands.push({ read: row * width, written: i * width, length: width });
  }
  return bands;
}

/** Some axes of windows. */
function axes(windows: Windows, begin: number, end?: number): Windows {
  const { from, to, filter, stride, before, wraps } = windows;
  const [a, b, c, d, e] = [from, to, filter, stride, before].map((sizes) => sizes.slice(begin, end));
  return { from: a, to: b, filter: c, stride: d, before: e, wraps };
}

/** All taps gathered, in one band. */
function wholeBand(taps: Taps, positions: number): Bands {
  const rows = taps.at.length / taps.count;
  const outer = [[{ read: 0, written: 0, length: rows }]];
  return { taps, positions, read: rows, written: rows, outer, isWhole: true };
}

/** Bands of windows, or of the way back, whose `taps` turn windows round; `grid` is what they read. */
function findBands(
  windows: Windows,
  taps: (windows: Windows) => Taps,
  grid: readonly number[],
  channels: number,
): Bands {
  const positions = positionCount(grid);
  if (windows.from.length < 2 || channels * windows.filter[windows.filter.length - 1] < FEWEST_NUMBERS) {
    return wholeBand(taps(windows), positions);
  }
  const [inner, outer] = [taps(axes(windows, -1)), taps(axes(windows, 0, -1))];
  const width = inner.at.length / inner.count;
  const outerBands = Array.from({ length: outer.count }, (_, k) => bandsOfTap(outer, k, width));
  const bands = outerBands.flat();
  const rows = bands.reduce((sum, { length }) => sum + length, 0);
  if (outer.count === 1 || rows < FEWEST_ROWS * bands.length) return wholeBand(taps(windows), positions);
  const line = grid[grid.length - 1];
  const lines = positions / line;
  const at = new Int32Array(lines * inner.at.length);
  for (let r = 0; r < lines; r++) {
    for (let t = 0; t < inner.at.length; t++) {
      at[r * inner.at.length + t] = inner.at[t] < 0 ? -1 : r * line + inner.at[t];
    }
  }
  const written = (outer.at.length / outer.count) * width;
  const { count } = inner;
  return { taps: { at, count }, positions, read: lines * width, written, outer: outerBands, isWhole: false };
}

const knownBands = new WeakMap<Windows, Bands>();
const knownBackBands = new WeakMap<Windows, Bands>();

/** Windows as bands, of images with so many channels. */
export function bandsOf(windows: Windows, channels: number): Bands {
  const found = knownBands.get(windows) ?? findBands(windows, windowTaps, windows.from, channels);
  knownBands.set(windows, found);
  return found;
}

/**
 * The way back as bands, of cotangents of so many units: the windows that read each position, by tap from the last to
 * the first.
 */
export function backBandsOf(windows: Windows, units: number): Bands {
  const found = knownBackBands.get(windows) ?? findBands(windows, backTaps, windows.to, units);
  knownBackBands.set(windows, found);
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
 * What the windows read, side by side: from `h` `[count, positions, channels]` to `[count, windows, taps, channels]`,
 * zero outside the image.
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
