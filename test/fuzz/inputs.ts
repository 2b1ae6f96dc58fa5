import type { NdArray } from '../../src/index.js';
import type { Chance } from './chance.js';
import type { Network } from './network.js';

/** How an input comes from the ones before it. */
type Variant = (base: Float64Array, chance: Chance, channels: number) => Float64Array;

const normals = (base: Float64Array, chance: Chance): Float64Array => base.map(() => chance.normal());

/** The angle between an input and its near-duplicate: 1e-1 to 1e-8. */
function nearby(base: Float64Array, chance: Chance): Float64Array {
  const size = 10 ** -chance.integer(1, 8);
  return base.map((v) => v + size * chance.normal());
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  fresh: normals,
  copy: (base) => base.slice(),
  near: nearby,
  antipode: (base) => base.map((v) => -v),
  nearAntipode: (base, chance) => nearby(base, chance).map((v) => -v),
  scaled: (base, chance) => {
    const factor = 2 ** chance.integer(-6, 6);
    return base.map((v) => v * factor);
  },
  nearScaled: (base, chance) => {
    const factor = chance.of([1 + 1e-6, 1.001, 0.5]);
    return nearby(base, chance).map((v) => v * factor);
  },
  zero: (base) => base.map(() => 0),
  partlyZero: (base, chance, channels) => {
    const from = chance.integer(0, Math.max(0, base.length / channels - 1)) * channels;
    return base.map((v, k) => (k < from ? v : 0));
  },
  constant: (base, _chance, channels) => base.map((_, k) => base[k % channels]),
  shifted: (base, _chance, channels) => base.map((_, k) => base[(k + channels) % base.length]),
  onePixel: (base, chance, channels) => {
    const pixel = chance.integer(0, base.length / channels - 1);
    const size = 10 ** -chance.integer(0, 8);
    return base.map((v, k) => (Math.floor(k / channels) === pixel ? v + size * chance.normal() : v));
  },
};

/**
 * Inputs of a network, `[n, d]` or `[n, ...positions, channels]`: random ones, copies and near-duplicates, antipodes,
 * multiples, zero rows and pixels.
 */
export function drawInputs({ sizes, channels }: Network, chance: Chance): NdArray {
  const positions = (sizes ?? []).reduce((a, b) => a * b, 1);
  const length = positions * channels;
  const first = normals(new Float64Array(length), chance);
  const rows = [chance.holds(0.2) ? unitPixels(first, channels) : first];
  const count = chance.integer(3, 5);
  while (rows.length < count) {
    const base = rows[chance.integer(0, rows.length - 1)];
    rows.push(VARIANTS[chance.of(Object.keys(VARIANTS))](base, chance, sizes === null ? 1 : channels));
  }
  const shape = sizes === null ? [count, length] : [count, ...sizes, channels];
  return { data: Float64Array.from(rows.flatMap((row) => [...row])), shape };
}

/** Each pixel divided by its norm. */
function unitPixels(row: Float64Array, channels: number): Float64Array {
  return row.map((v, k) => {
    const from = k - (k % channels);
    return v / Math.hypot(...row.subarray(from, from + channels));
  });
}
