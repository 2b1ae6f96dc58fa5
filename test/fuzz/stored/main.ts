/** `node dist/test/fuzz/stored/main.js --count N --seed S`: `eigs` and `regress` on stored matrices of every kind. */
import { parseArgs } from 'node:util';
import { fuzzStored } from './fuzz.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
  },
});

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const [from, count] = [Number(values.from), Number(values.count)];
const { findings, codes } = await fuzzStored(seed, from, count);
for (const { text } of findings) console.log(text);
const ended = [...codes].sort(([a], [b]) => a - b).map(([code, cases]) => `${cases} with exit code ${code}`);
console.log(
  `stored matrices: seed ${seed}, cases ${from} to ${from + count}: ${findings.length} wrong, ${ended.join(', ')}`,
);
process.exitCode = findings.length > 0 ? 1 : 0;
