import type { FloatArray } from '../../data/array.js';
import { zeros } from '../engine.js';
import type { OperationCode, OperationOf } from './operation.js';

/**
 * 1 / sqrt(mean_c h^2) of the channels from `at` on, and 0 where they are all 0; scaled, so that no square leaves the
 * range.
 */
function inverseRoot(h: FloatArray, at: number, channels: number): number {
  let largest = 0;
  for (let c = 0; c < channels; c++) largest = Math.max(largest, Math.abs(h[at + c]));
  if (largest === 0) return 0;
  let sum = 0;
  for (let c = 0; c < channels; c++) sum += (h[at + c] / largest) ** 2;
  return 1 / (largest * Math.sqrt(sum / channels));
}

/**
 * y = h / r with r = sqrt(mean_c h^2) at each position, and 0/0 = 0.
 *
 * Its derivative is (I - y y' / channels) / r, symmetric.
 */
export const normalise: OperationCode<OperationOf<'normalise'>> = {
  forward({ from }, h, _count, engine) {
    const { channels } = from;
    const out = zeros(engine, h.length);
    for (let at = 0; at < h.length; at += channels) {
      const inverse = inverseRoot(h, at, channels);
      for (let c = 0; c < channels; c++) out[at + c] = inverse * h[at + c];
    }
    return out;
  },
  vjp({ from }, h, cotangent, _count, engine) {
    const { channels } = from;
    const out = zeros(engine, cotangent.length);
    for (let at = 0; at < h.length; at += channels) {
      const inverse = inverseRoot(h, at, channels);
      for (let copy = at; copy < cotangent.length; copy += h.length) {
        let along = 0;
        for (let c = 0; c < channels; c++) along += h[at + c] * inverse * cotangent[copy + c];
        along /= channels;
        for (let c = 0; c < channels; c++) {
          out[copy + c] = inverse * (cotangent[copy + c] - h[at + c] * inverse * along);
        }
      }
    }
    return out;
  },
};
