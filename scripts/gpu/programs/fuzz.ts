/**
 * Random networks, on one backend in one precision against `reference`: `node dist/scripts/gpu/programs/fuzz.js
 * --backend B --precision P [--most N] [--seconds S]` prints one JSON object.
 *
 * The seed is fixed, so that two devices are asked the same; `npm run fuzz` shows a finding again and makes it small.
 */
import { selectBackend } from '../../../src/backend/select.js';
import { verifyPasses } from '../../../src/programme/verify.js';
import { describeFinding, fuzz } from '../../../test/fuzz/fuzz.js';
import { subjectOf } from './subject.js';

const SEED = 16;
/** Findings after which nothing more is to be learnt. */
const MOST_FINDINGS = 5;

const { backend, precision, most, late } = subjectOf(process.argv.slice(2));
// Every pass checks the programmes that it is given and makes.
verifyPasses(true);
const subjects = [{ backend: (await selectBackend(backend, precision)).backend, precision }];
const asked = Number.isFinite(most) ? most : 100;
const findings: string[] = [];
let [done, refused] = [0, 0];
while (done < asked && !late() && findings.length < MOST_FINDINGS) {
  const tally = await fuzz({ seed: SEED, from: done, count: 1, subjects, shrinks: false });
  done += 1;
  refused += tally.refused;
  findings.push(...tally.findings.map((finding) => describeFinding(finding, SEED)));
}
const again = `npm run fuzz -- --backend ${backend} --precision ${precision} --seed ${SEED} --count ${done}`;
console.log(JSON.stringify({ seed: SEED, asked, done, refused, findings, again }));
