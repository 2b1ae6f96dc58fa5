/** One case of `cases.mjs` by this engine, as `peer.mjs` has it: `with-engine.mjs JOB.json`. The whole call is timed, plan and checks included. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { empiricalKernel, kernelMatrix, parseArchitecture, readInput } from '../../dist/src/index.js';

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { kind, layers, precision, width, outputs, backend, shown } = job;
const architecture = parseArchitecture({ format: 'ntk-architecture/1', name: 'case', layers });
const x = await readInput(job.x);
const z = job.z === null ? {} : { z: await readInput(job.z) };

/** The corner `[shown, shown]` of a matrix, row by row. */
function corner({ data, shape }) {
  const side = Math.min(shown, ...shape);
  return Array.from({ length: side * side }, (_, k) => Number(data[Math.floor(k / side) * shape[1] + (k % side)]));
}

async function once() {
  const start = performance.now();
  if (kind === 'analytic') {
    const { ntk, run } = await kernelMatrix(x, { ...z, architecture, precision, backend });
    const seconds = (performance.now() - start) / 1000;
    return { seconds, entries: corner(ntk), by: `${run.plan.backend}, ${run.plan.native ?? 'no BLAS'}` };
  }
  const options = { architecture, precision, width, outputs, contract: outputs > 1 ? 'full' : 'trace' };
  const { ntk, stages, plan } = await empiricalKernel(x, options);
  // Weights are there before the others' clock starts, too.
  return { seconds: stages.compute, entries: Array.from(ntk.data.slice(0, 2), Number), by: plan.algebra };
}

const { by } = await once();
console.log(JSON.stringify({ program: `ntk-engine, Node ${process.versions.node}, ${by}` }));
for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(await once()));
