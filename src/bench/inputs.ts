import { parseArchitecture } from '../architecture/parse.js';
import type { Architecture } from '../architecture/types.js';
import { allocate, type NdArray } from '../data/array.js';

/** Made-up rows `[rows, features]`: non-negative, a fifth of them zeros, from a fixed linear congruential sequence. */
export function madeUpRows(rows: number, features: number): NdArray {
  const data = allocate(rows * features, 'f32');
  let state = 12345;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = Math.max(0, state / 2 ** 32 - 0.2);
  }
  return { data, shape: [rows, features] };
}

/** Made-up colour images `[n, side, side, 3]`, others for each `start`. */
export function madeUpImages(n: number, side: number, start: number): NdArray {
  const rows = madeUpRows(start + n, side * side * 3);
  // Images that begin at other rows are others, and a black pixel would be one of norm 0.
  const data = rows.data.slice(start * side * side * 3).map((v) => v + 0.01);
  return { data, shape: [n, side, side, 3] };
}

/** The first `most` rows. */
export function firstRows(x: NdArray, most: number): NdArray {
  const n = Math.min(most, x.shape[0]);
  return { data: x.data.subarray(0, n * x.shape[1]), shape: [n, x.shape[1]] };
}

/** A network with biases, in which no shortcut applies on raw rows; `activation` as its JSON has it. */
export function biased(depth: number, activation: object = { kind: 'relu' }): Architecture {
  const dense = { kind: 'dense', weightStd: Math.SQRT2, biasStd: 0.1 };
  const layers = Array.from({ length: depth }, () => [dense, activation]).flat();
  return parseArchitecture({
    format: 'ntk-architecture/1',
    name: `biases, depth ${depth}`,
    layers: [...layers, dense],
  });
}
