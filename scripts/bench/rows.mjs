/** Made-up rows for the measurements of large jobs: `node scripts/bench/rows.mjs ROWS FEATURES FILE.npy`, the same ones every time. */
import { writeNpy } from '../../dist/src/index.js';

const [rows, features, path] = process.argv.slice(2);
const [n, d] = [Number(rows), Number(features)];
const data = new Float32Array(n * d);
let state = 12345;
for (let i = 0; i < data.length; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  data[i] = state / 2 ** 32 - 0.5;
}
await writeNpy(path, { data, shape: [n, d] });
