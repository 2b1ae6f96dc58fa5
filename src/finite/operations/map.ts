import { zeros } from '../engine.js';
import type { OperationCode, OperationOf } from './operation.js';
import { scalarFunction } from './scalar-maps.js';

/** phi of each number. */
export const map: OperationCode<OperationOf<'map'>> = {
  forward({ phi }, h, _count, engine) {
    const { value } = scalarFunction(phi);
    const out = zeros(engine, h.length);
    for (let k = 0; k < h.length; k++) out[k] = value(h[k]);
    return out;
  },
  pull({ phi }, h, signal, _count, engine) {
    const { slope } = scalarFunction(phi);
    const slopes = zeros(engine, h.length);
    for (let k = 0; k < h.length; k++) slopes[k] = slope(h[k]);
    const out = zeros(engine, signal.length);
    for (let copy = 0; copy < signal.length; copy += h.length) {
      for (let k = 0; k < h.length; k++) out[copy + k] = slopes[k] * signal[copy + k];
    }
    return out;
  },
};
