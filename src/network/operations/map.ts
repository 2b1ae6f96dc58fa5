import type { FloatArray } from '../../data/array.js';
import type { ScalarMap } from '../../vocabulary/steps.js';
import { zeros } from '../engine.js';
import type { OperationCode, OperationOf } from './operation.js';
import { scalarFunction } from './scalar-maps.js';

// Signs are random, and a mispredicted branch costs more than the rest of these loops: so factors are looked up by the
// sign bit.

/** Factors of numbers above and below a kink at 0; null for other maps. */
function sidesOf(phi: ScalarMap): Float64Array | null {
  return phi.map === 'piecewiseLinear' ? Float64Array.of(phi.odd + phi.even, phi.odd - phi.even) : null;
}

/** The numbers as words of 32 bits. */
const wordsOf = (h: FloatArray): Int32Array => new Int32Array(h.buffer, h.byteOffset, h.byteLength / 4);

/**
 * Whether positive numbers pass as they are, and negative ones not at all, in single precision: then bits are cheaper
 * than numbers.
 */
function isGate(sides: Float64Array, h: FloatArray): boolean {
  return h instanceof Float32Array && sides[0] === 1 && sides[1] === 0;
}

/** max(h, 0) on the words of single numbers; four at a time, since the loop costs as much as one of them. */
function gate(h: Int32Array, out: Int32Array): void {
  const whole = h.length - (h.length % 4);
  for (let k = 0; k < whole; k += 4) {
    const [a, b, c, d] = [h[k], h[k + 1], h[k + 2], h[k + 3]];
    out[k] = a & ~(a >> 31);
    out[k + 1] = b & ~(b >> 31);
    out[k + 2] = c & ~(c >> 31);
    out[k + 3] = d & ~(d >> 31);
  }
  for (let k = whole; k < h.length; k++) out[k] = h[k] & ~(h[k] >> 31);
}

/** s where h > 0, else 0, on the words of single numbers: those of positive numbers are positive integers. */
function gateCotangents(h: Int32Array, s: Int32Array, from: number, out: Int32Array): void {
  const whole = h.length - (h.length % 4);
  for (let k = 0; k < whole; k += 4) {
    const [a, b, c, d] = [h[k], h[k + 1], h[k + 2], h[k + 3]];
    const at = from + k;
    out[at] = s[at] & ((-a & ~a) >> 31);
    out[at + 1] = s[at + 1] & ((-b & ~b) >> 31);
    out[at + 2] = s[at + 2] & ((-c & ~c) >> 31);
    out[at + 3] = s[at + 3] & ((-d & ~d) >> 31);
  }
  for (let k = whole; k < h.length; k++) out[from + k] = s[from + k] & ((-h[k] & ~h[k]) >> 31);
}

/** Each number times the factor of its side. */
function bend(sides: Float64Array, h: FloatArray, out: FloatArray): void {
  const words = wordsOf(h);
  const step = words.length / h.length;
  // Little endian, as every machine that Node runs on but one: the high word of a double comes last.
  for (let k = 0, at = step - 1; k < h.length; k++, at += step) out[k] = sides[words[at] >>> 31] * h[k];
}

/** The factor of the side of each number; at 0 it is 0. */
function bendSlopes(sides: Float64Array, h: FloatArray, out: FloatArray): void {
  const words = wordsOf(h);
  const step = words.length / h.length;
  for (let k = 0, at = step - 1; k < h.length; k++, at += step) {
    const word = words[at];
    out[k] = h[k] === 0 ? 0 : sides[word >>> 31];
  }
}

/** phi' of each number. */
function slopesOf(phi: ScalarMap, sides: Float64Array | null, h: FloatArray, out: FloatArray): void {
  if (sides !== null) {
    bendSlopes(sides, h, out);
    return;
  }
  const { slope } = scalarFunction(phi);
  for (let k = 0; k < h.length; k++) out[k] = slope(h[k]);
}

/** phi of each number. */
export const map: OperationCode<OperationOf<'map'>> = {
  forward({ phi }, h, _count, engine, spare) {
    const sides = sidesOf(phi);
    if (sides !== null && isGate(sides, h)) {
      // Signs of what passes tell the slopes as well as those of what came.
      const out = spare ? h : zeros(engine, h.length);
      gate(wordsOf(h), wordsOf(out));
      return out;
    }
    const out = zeros(engine, h.length);
    if (sides === null) {
      const { value } = scalarFunction(phi);
      for (let k = 0; k < h.length; k++) out[k] = value(h[k]);
    } else bend(sides, h, out);
    return out;
  },
  vjp({ phi }, h, cotangent, _count, engine, spare) {
    const sides = sidesOf(phi);
    const out = spare ? cotangent : zeros(engine, cotangent.length);
    if (sides !== null && isGate(sides, h)) {
      const [gates, from, to] = [h, cotangent, out].map(wordsOf);
      for (let copy = 0; copy < cotangent.length; copy += h.length) gateCotangents(gates, from, copy, to);
      return out;
    }
    const slopes = zeros(engine, h.length);
    slopesOf(phi, sides, h, slopes);
    for (let copy = 0; copy < cotangent.length; copy += h.length) {
      for (let k = 0; k < h.length; k++) out[copy + k] = slopes[k] * cotangent[copy + k];
    }
    return out;
  },
};
