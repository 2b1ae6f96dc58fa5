/**
 * A kernel beside its product: `node dist/scripts/gpu/programs/tile.js --backend B --precision P --rows N --features D`
 * prints one JSON object.
 *
 * Both are whole jobs of the engine on the same rows, from the upload to the last entry in memory: one of `fc` of depth
 * 3, and one of a single dense layer, whose kernel is the product. In turn, the least of some rounds.
 */
import { parseArgs } from 'node:util';
import { madeUpRows } from '../../../src/bench/inputs.js';
import { type Architecture, kernelMatrix, parseArchitecture, presetArchitecture } from '../../../src/index.js';
import { subjectOf } from './subject.js';

const ROUNDS = 3;

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { rows: { type: 'string', default: '512' }, features: { type: 'string', default: '784' } },
  strict: false,
});
const [n, d] = [Number(values.rows), Number(values.features)];
const { backend, precision } = subjectOf(process.argv.slice(2).filter((_, k, all) => !isSize(all, k)));

/** Whether an argument is one of the sizes, or their flag. */
function isSize(all: readonly string[], k: number): boolean {
  return [all[k], all[k - 1]].some((argument) => argument === '--rows' || argument === '--features');
}

const x = madeUpRows(n, d);
const dense = parseArchitecture({ format: 'ntk-architecture/1', name: 'product', layers: [{ kind: 'dense' }] });

async function seconds(architecture: Architecture): Promise<number> {
  const { run } = await kernelMatrix(x, { architecture, backend, precision, kind: 'nngp' });
  return run.stages.compute;
}

const networks = [dense, presetArchitecture('fc', { depth: 3 })];
const best = networks.map(() => Infinity);
for (let round = 0; round < ROUNDS; round++) {
  for (const [k, network] of networks.entries()) best[k] = Math.min(best[k], await seconds(network));
}
const [product, kernel] = best;
console.log(JSON.stringify({ rows: n, features: d, product, kernel, gflops: (n * n * d) / product / 1e9 }));
