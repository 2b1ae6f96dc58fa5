/**
 * Made-up rows like those of MNIST: `node dist/scripts/gpu/programs/rows.js ROWS FEATURES FOLDER` writes `x.npy` [ROWS,
 * FEATURES] with the classes `y.npy`, and `z.npy` with `zy.npy` for tests, a tenth as many and at most 1,000.
 *
 * Ten patterns of which a fifth is lit, with noise, non-negative and mostly dark; the same ones every time.
 */
import { join } from 'node:path';
import { writeNpy } from '../../../src/index.js';

const CLASSES = 10;
const LIT = 0.2;
const NOISE = 0.6;

const [rows, features, folder] = process.argv.slice(2);
const [n, d] = [Number(rows), Number(features)];

let state = 12345;
/** Numbers in [0, 1), from a fixed linear congruential sequence. */
function uniform(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

const patterns = Array.from({ length: CLASSES * d }, () => (uniform() < LIT ? uniform() : 0));

async function write(count: number, data: string, classes: string): Promise<void> {
  const [x, y] = [new Float32Array(count * d), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    // Not in turn: a part of the rows has all classes as well.
    y[i] = Math.floor(uniform() * CLASSES);
    for (let k = 0; k < d; k++) x[i * d + k] = Math.max(0, patterns[y[i] * d + k] + NOISE * (uniform() - 0.5));
  }
  await writeNpy(join(folder, data), { data: x, shape: [count, d] });
  await writeNpy(join(folder, classes), { data: y, shape: [count] });
}

await write(n, 'x.npy', 'y.npy');
await write(Math.min(1000, Math.max(10, Math.floor(n / 10))), 'z.npy', 'zy.npy');
