import type { FloatArray } from '../../data/array.js';
import { positionCount } from '../../vocabulary/windows.js';
import { zeros } from '../engine.js';
import { tapsOf } from '../patches.js';
import type { OperationCode, OperationOf } from './operation.js';

/** Adds `length` numbers, times a factor. */
function addTo(out: FloatArray, to: number, h: FloatArray, from: number, length: number, factor: number): void {
  for (let c = 0; c < length; c++) out[to + c] += factor * h[from + c];
}

/**
 * Calls `visit` with the places of every number that a window of example `i` reads, and of the number that it goes to.
 */
function eachTap(
  { windows, from }: OperationOf<'mean'>,
  i: number,
  visit: (read: number, written: number, channels: number) => void,
): void {
  const { at, count } = tapsOf(windows);
  const { channels } = from;
  const windowsHere = at.length / count;
  const positions = positionCount(from.positions ?? []);
  for (let j = 0; j < windowsHere; j++) {
    for (let k = 0; k < count; k++) {
      visit((i * positions + at[j * count + k]) * channels, (i * windowsHere + j) * channels, channels);
    }
  }
}

/** Mean over each window, channel by channel; the windows lie inside the image. */
export const mean: OperationCode<OperationOf<'mean'>> = {
  forward(operation, h, count, engine) {
    const { windows, to } = operation;
    const out = zeros(engine, count * positionCount(windows.to) * to.channels);
    for (let i = 0; i < count; i++) {
      eachTap(operation, i, (read, written, channels) => addTo(out, written, h, read, channels, 1));
    }
    const taps = positionCount(windows.filter);
    for (let k = 0; k < out.length; k++) out[k] /= taps;
    return out;
  },
  vjp(operation, h, cotangent, count, engine) {
    const { windows, to } = operation;
    const factor = 1 / positionCount(windows.filter);
    const examples = cotangent.length / (positionCount(windows.to) * to.channels);
    const size = h.length / count;
    const out = zeros(engine, examples * size);
    const { channels } = to;
    const isWhole = positionCount(windows.filter) === positionCount(windows.from);
    for (let i = 0; i < examples; i++) {
      if (!isWhole) {
        eachTap(operation, i, (read, written) => addTo(out, read, cotangent, written, channels, factor));
        continue;
      }
      // One window over all: every position gets the same, which copies of copies write soonest.
      const begin = i * size;
      addTo(out, begin, cotangent, i * channels, channels, factor);
      for (let done = channels; done < size; done *= 2) {
        out.copyWithin(begin + done, begin, begin + Math.min(done, size - done));
      }
    }
    return out;
  },
};
