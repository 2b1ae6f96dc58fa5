import { zeros } from '../engine.js';
import type { OperationCode, OperationOf } from './operation.js';

/** The channels at one position. */
export const pixel: OperationCode<OperationOf<'pixel'>> = {
  forward({ position, to }, h, count, engine) {
    const { channels } = to;
    const size = h.length / count;
    const out = zeros(engine, count * channels);
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < channels; c++) out[i * channels + c] = h[i * size + position * channels + c];
    }
    return out;
  },
  vjp({ position, to }, h, cotangent, count, engine) {
    const { channels } = to;
    const size = h.length / count;
    const examples = cotangent.length / channels;
    const out = zeros(engine, examples * size);
    for (let i = 0; i < examples; i++) {
      for (let c = 0; c < channels; c++) out[i * size + position * channels + c] = cotangent[i * channels + c];
    }
    return out;
  },
};
