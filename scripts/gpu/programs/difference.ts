/** `node dist/scripts/gpu/programs/difference.js A.npy B.npy`: the largest difference over the largest number of B. */
import { readInput } from '../../../src/index.js';

const [a, b] = await Promise.all(process.argv.slice(2).map((path) => readInput(path)));
let [largest, scale] = [0, 0];
for (let i = 0; i < b.data.length; i++) {
  const off = Math.abs(a.data[i] - b.data[i]);
  // A comparison with NaN is false: it must count as the worst.
  if (!(off <= largest)) largest = Number.isNaN(off) ? Infinity : off;
  scale = Math.max(scale, Math.abs(b.data[i]));
}
const same = a.data.length === b.data.length && b.data.length > 0;
console.log(JSON.stringify({ entries: b.data.length, difference: same ? largest / scale : null }));
