/** `npm run fuzz -- --count N --seed S --backend B`: random networks of the format on a backend against `reference`. */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type BackendId, loadBackend, selectBackend } from '../../src/backend/select.js';
import type { Precision } from '../../src/index.js';
import { verifyPasses } from '../../src/programme/verify.js';
import type { Subject } from './differ.js';
import { dump } from './dump.js';
import { describeFinding, fuzz } from './fuzz.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    backend: { type: 'string', default: 'host' },
    precision: { type: 'string' },
    most: { type: 'string', default: '10' },
    only: { type: 'string' },
    log: { type: 'string' },
    dump: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
  },
});

// Every pass checks the programmes that it is given and makes.
verifyPasses(true);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const [count, from, most] = [Number(values.count), Number(values.from), Number(values.most)];
const started = performance.now();
const name = values.backend as BackendId;
const subjects: Subject[] = [];
for (const precision of ['f64', 'f32'] as const satisfies Precision[]) {
  if (values.precision !== undefined && values.precision !== precision) continue;
  if (!(await loadBackend(name)).precisions.includes(precision)) continue;
  subjects.push({ backend: (await selectBackend(name, precision)).backend, precision });
}
const only = values.only === 'images' || values.only === 'vectors' ? values.only : undefined;
if (values.dump !== undefined) {
  await dump(values.dump, seed, from, count);
  process.exit(0);
}
const tally = await fuzz({ seed, count, from, subjects, most, only, shrinks: !values['no-shrink'] });
for (const finding of tally.findings) console.log(describeFinding(finding, seed));
const seconds = (performance.now() - started) / 1000;
const names = subjects.map(({ backend, precision }) => `${backend.name} ${precision}`).join(', ');
const line =
  `${names}: seed ${seed}, cases ${from} to ${from + tally.networks}: ${tally.findings.length} wrong, ` +
  `${tally.refused} refused by reference, ${((1000 * seconds) / Math.max(1, tally.networks)).toFixed(1)} ms a ` +
  'network';
console.log(line);
if (values.log !== undefined) appendFileSync(values.log, `${new Date().toISOString()} ${line}\n`);
process.exitCode = tally.findings.length > 0 ? 1 : 0;
