import type { FloatArray } from '../../data/array.js';
import type { ScalarMap } from '../../programme/steps.js';
import { zeros } from '../engine.js';
import type { OperationCode, OperationOf } from './operation.js';
import { scalarFunction } from './scalar-maps.js';

/** Factors of numbers above and below a kink at 0; null for other maps. */
function sidesOf(phi: ScalarMap): Float64Array | null {
  return phi.map === 'piecewiseLinear' ? Float64Array.of(phi.odd + phi.even, phi.odd - phi.even) : null;
}

/**
 * The factor of each number, by its sign bit: signs are random, and a mispredicted branch costs five times the rest of the loop.
 *
 * At 0 it is 0.
 */
function factorsOf(sides: Float64Array, h: FloatArray, out: FloatArray): void {
  const step = h.BYTES_PER_ELEMENT / 4;
  const words = new Int32Array(h.buffer, h.byteOffset, h.length * step);
  // Little endian, as every machine that Node runs on but one: the high word of a double comes last.
  for (let k = 0, at = step - 1; k < h.length; k++, at += step) {
    const word = words[at];
    out[k] = h[k] === 0 ? 0 : sides[word >>> 31];
  }
}

/** phi' of each number. */
function slopesOf(phi: ScalarMap, h: FloatArray, out: FloatArray): void {
  const sides = sidesOf(phi);
  if (sides !== null) {
    factorsOf(sides, h, out);
    return;
  }
  const { slope } = scalarFunction(phi);
  for (let k = 0; k < h.length; k++) out[k] = slope(h[k]);
}

/** phi of each number. */
export const map: OperationCode<OperationOf<'map'>> = {
  forward({ phi }, h, _count, engine) {
    const out = zeros(engine, h.length);
    const sides = sidesOf(phi);
    if (sides === null) {
      const { value } = scalarFunction(phi);
      for (let k = 0; k < h.length; k++) out[k] = value(h[k]);
      return out;
    }
    factorsOf(sides, h, out);
    for (let k = 0; k < h.length; k++) out[k] *= h[k];
    return out;
  },
  pull({ phi }, h, signal, _count, engine) {
    const slopes = zeros(engine, h.length);
    slopesOf(phi, h, slopes);
    const out = signal.length === h.length ? slopes : zeros(engine, signal.length);
    // The only copy may lie where the slopes do: each is read before it is written.
    for (let copy = 0; copy < signal.length; copy += h.length) {
      for (let k = 0; k < h.length; k++) out[copy + k] = slopes[k] * signal[copy + k];
    }
    return out;
  },
};
