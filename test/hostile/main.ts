/**
 * `npm run fuzz:files -- --count N --seed S [--kind K]`: files of every kind changed at random, read as the engine
 * reads them.
 */
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { peakMemory } from '../../src/platform/peak-memory.js';
import { fuzzFiles, writeFileOf } from './fuzz.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    kind: { type: 'string' },
    save: { type: 'string' },
  },
});

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const [count, from] = [Number(values.count), Number(values.from)];
if (values.save !== undefined) {
  mkdirSync(values.save, { recursive: true });
  console.log(await writeFileOf(seed, values.kind ?? 'npy', from, values.save));
  process.exit(0);
}
const tallies = await fuzzFiles({ seed, from, count, only: values.kind });
let wrong = 0;
for (const [name, { files, read, refused, slowest, findings }] of tallies) {
  for (const { index, what } of findings.slice(0, 10)) console.log(`${name} ${index}: ${what}`);
  wrong += findings.length;
  console.log(
    `${name}: ${files} files, ${read} read, ${refused} refused, ${findings.length} wrong, slowest ` +
      `${slowest.toFixed(2)} s`,
  );
}
const peak = Math.round(peakMemory() / 2 ** 20);
console.log(`seed ${seed}, files ${from} to ${from + count} of each kind: ${wrong} wrong, ${peak} MiB at the peak`);
process.exitCode = wrong > 0 ? 1 : 0;
