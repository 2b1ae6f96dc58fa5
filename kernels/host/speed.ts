import { createMemory } from '../../src/backend/tile-memory.js';
import type { Precision } from '../../src/data/array.js';
import { compileModule, instantiate, type Kernels } from './module.js';
import { anglePolynomials } from './polynomials.js';

const SIDE = 384;
const DEPTH = 256;
const BASE = 65_536;

/** Shortest of some runs, in seconds. */
function shortest(run: () => void, budget: number): number {
  let best = Infinity;
  const start = performance.now();
  do {
    const t = performance.now();
    run();
    best = Math.min(best, (performance.now() - t) / 1000);
  } while (performance.now() - start < budget);
  return best;
}

function open(precision: Precision): { kernels: Kernels; element: number } {
  const element = precision === 'f64' ? 8 : 4;
  const memory = createMemory(BASE + (2 * SIDE * DEPTH + SIDE * SIDE) * element + 65_536);
  return { kernels: instantiate(compileModule(), memory, precision), element };
}

/** GFLOP/s of the product of packed panels on the calling thread, the best of `budget` milliseconds. */
export function productSpeed(precision: Precision, budget = 40): number {
  const { kernels, element } = open(precision);
  const b = BASE + SIDE * DEPTH * element;
  const c = b + SIDE * DEPTH * element;
  const seconds = shortest(() => kernels.multiply(BASE, b, SIDE, SIDE, DEPTH, c, SIDE, false, false), budget);
  return (2 * SIDE * SIDE * DEPTH) / seconds / 1e9;
}

/** GFLOP/s of the same multiply-add on 12 accumulators in registers: what a product could reach at most. */
export function peakSpeed(precision: Precision, budget = 40): number {
  const { kernels, element } = open(precision);
  const rounds = 400_000;
  const seconds = shortest(() => kernels.peak(rounds, BASE), budget);
  return (2 * 12 * rounds * (16 / element)) / seconds / 1e9;
}

/**
 * Nanoseconds of the arithmetic of one layer of an image network (relu, a window of 3 x 3, NNGP and NTK) on numbers in
 * the first-level cache.
 */
export function layerArithmetic(precision: Precision, budget = 40): number {
  const memory = createMemory(2 * BASE);
  const kernels = instantiate(compileModule(), memory, precision);
  const { angles, sines } = anglePolynomials(precision);
  const [data, angleAt] = [BASE, BASE + 4096];
  const sineAt = angleAt + angles.byteLength;
  new Uint8Array(memory.buffer).set(new Uint8Array(angles), angleAt);
  new Uint8Array(memory.buffer).set(new Uint8Array(sines), sineAt);
  const numbers = precision === 'f64' ? new Float64Array(memory.buffer, data) : new Float32Array(memory.buffer, data);
  for (let k = 0; k < 1024 / numbers.BYTES_PER_ELEMENT; k++) numbers[k] = 0.3 + 0.4 * ((k * 0.618) % 1);
  const rounds = 2000;
  const seconds = shortest(() => kernels.arithmetic(data, rounds, angleAt, sineAt), budget);
  return (1e9 * seconds) / (rounds * (256 / numbers.BYTES_PER_ELEMENT));
}
