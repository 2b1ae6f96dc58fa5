/**
 * Rows that repeat, nearly repeat or oppose each other, on one backend in one precision: `node
 * dist/scripts/gpu/programs/near.js --backend B --precision P [--most N] [--seconds S]` prints one JSON object.
 *
 * Cosine distances are compared with exact ones, entries with `host` in f64, and K of a copy must be K(x, x) to the
 * bit.
 */
import { kernelMatrix, type NdArray, parseArchitecture } from '../../../src/index.js';
import { NEAR_NETWORKS, nearMatrix, nearPairs } from '../../../test/kernels/near-pairs.js';
import { limits } from '../../../test/kernels/tolerances.js';
import { type Subject, spread, subjectOf } from './subject.js';

/** The near rows, and each of them once more. */
function withCopies(subject: Subject): NdArray {
  const matrix = nearMatrix(subject);
  return { data: Float64Array.from([...matrix, ...matrix].flat()), shape: [2 * matrix.length, matrix[0].length] };
}

/** Largest entry off `host` in f64, over sqrt(K(x,x) K(z,z)), and copies whose entries are not K(x, x). */
async function beside(subject: Subject, name: string): Promise<{ readonly error: number; readonly copies: number }> {
  const x = withCopies(subject);
  const [n] = x.shape;
  const architecture = parseArchitecture({ format: 'ntk-architecture/1', name, layers: NEAR_NETWORKS[name] });
  const { backend, precision } = subject;
  const found = (await kernelMatrix(x, { architecture, backend, precision, threads: 1 })).ntk.data;
  const truth = (await kernelMatrix(x, { architecture, backend: 'host', precision: 'f64', threads: 1 })).ntk.data;
  let [error, copies] = [0, 0];
  for (let i = 0; i < n; i++) {
    if (i < n / 2 && found[i * n + i + n / 2] !== found[i * (n + 1)]) copies += 1;
    for (let j = 0; j < n; j++) {
      const off = Math.abs(found[i * n + j] - truth[i * n + j]) / Math.sqrt(truth[i * (n + 1)] * truth[j * (n + 1)]);
      // A comparison with NaN is false: it must count as the worst.
      if (!(off <= error)) error = Number.isNaN(off) ? Infinity : off;
    }
  }
  return { error, copies };
}

const subject = subjectOf(process.argv.slice(2));
const allowed = limits(subject);
const names = Object.keys(NEAR_NETWORKS);
const worst = { share: 0, distance: 0, exact: 0, at: '', error: 0, errorAt: '', copies: 0, pairs: 0 };
let done = 0;
for (const name of spread(names, subject.most)) {
  if (subject.late()) break;
  for (const { kind, row, exact, error, limit } of await nearPairs(subject, name)) {
    worst.pairs += 1;
    const share = Number.isNaN(error) ? Infinity : error / limit;
    if (share > worst.share) Object.assign(worst, { share, distance: error, exact, at: `${name}, ${kind} row ${row}` });
  }
  const { error, copies } = await beside(subject, name);
  if (error > worst.error) Object.assign(worst, { error, errorAt: name });
  worst.copies += copies;
  done += 1;
}
console.log(JSON.stringify({ networks: names.length, done, limits: allowed, worst }));
