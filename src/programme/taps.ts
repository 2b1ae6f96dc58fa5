import type { Windows } from '../vocabulary/steps.js';
import { positionCount } from '../vocabulary/windows.js';

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
