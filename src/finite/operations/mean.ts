import { positionCount } from '../../programme/windows.js';
import { zeros } from '../engine.js';
import { tapsOf } from '../patches.js';
import type { OperationCode, OperationOf } from './operation.js';

/** Calls `visit` with the places of every number that a window of example `i` reads, and of the number that it goes to. */
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
    const taps = positionCount(windows.filter);
    const out = zeros(engine, count * positionCount(windows.to) * to.channels);
    for (let i = 0; i < count; i++) {
      eachTap(operation, i, (read, written, channels) => {
        for (let c = 0; c < channels; c++) out[written + c] += h[read + c];
      });
    }
    for (let k = 0; k < out.length; k++) out[k] /= taps;
    return out;
  },
  pull(operation, h, signal, count, engine) {
    const { windows, to } = operation;
    const taps = positionCount(windows.filter);
    const examples = signal.length / (positionCount(windows.to) * to.channels);
    const out = zeros(engine, examples * (h.length / count));
    for (let i = 0; i < examples; i++) {
      eachTap(operation, i, (read, written, channels) => {
        for (let c = 0; c < channels; c++) out[read + c] += signal[written + c];
      });
    }
    for (let k = 0; k < out.length; k++) out[k] /= taps;
    return out;
  },
};
