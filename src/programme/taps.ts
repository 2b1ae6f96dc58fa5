import type { Programme, Step, Windows } from '../vocabulary/steps.js';
import { positionCount, valueShapes } from '../vocabulary/windows.js';

/** Which positions a step reads for each of its own. */
export interface Taps {
  /** `[positions, count]` in C order; -1 for what lies outside the image. */
  readonly at: Int32Array;
  /** Taps of one position. */
  readonly count: number;
}

/** Index of tap `k` of position `j`, both counted in C order. */
function tapAt({ from, to, filter, stride, before, wraps }: Windows, j: number, k: number): number {
  let [index, size, restJ, restK] = [0, 1, j, k];
  for (let axis = from.length - 1; axis >= 0; axis--) {
    const n = from[axis];
    const place = (restJ % to[axis]) * stride[axis] - before[axis] + (restK % filter[axis]);
    if (!wraps && (place < 0 || place >= n)) return -1;
    index += (((place % n) + n) % n) * size;
    size *= n;
    restJ = Math.floor(restJ / to[axis]);
    restK = Math.floor(restK / filter[axis]);
  }
  return index;
}

/** The positions that windows read. */
export function windowTaps(windows: Windows): Taps {
  const count = positionCount(windows.filter);
  const at = Int32Array.from({ length: positionCount(windows.to) * count }, (_, i) =>
    tapAt(windows, Math.floor(i / count), i % count),
  );
  return { at, count };
}

/** The positions that a step reads, a pixel as a window of one tap; null for a step that takes each position alone. */
function stepTaps(step: Step, from: readonly number[]): Taps | null {
  if (step.op === 'window' || step.op === 'pool') return windowTaps(step.windows);
  if (step.op !== 'pixel') return null;
  return { at: Int32Array.of(step.at.reduce((index, p, axis) => index * from[axis] + p, 0)), count: 1 };
}

/** Where the values of a programme on images stand. */
export interface Layout {
  /** Positions of each value. */
  readonly positions: readonly number[];
  /** What each step reads; null for a step that takes each position alone. */
  readonly taps: readonly (Taps | null)[];
}

/** Positions and taps of every step of a programme on images. */
export function layout(programme: Programme): Layout {
  const shapes = valueShapes(programme);
  return {
    positions: shapes.map(positionCount),
    taps: programme.steps.map((step) => stepTaps(step, 'of' in step ? shapes[step.of] : [])),
  };
}
