/** One case of `cases.mjs` by this engine: `with-engine.mjs JOB.json` prints one JSON object. The whole call is timed, plan and checks included. */
import { readFileSync } from 'node:fs';
import { empiricalKernel, kernelMatrix, parseArchitecture, readInput } from '../../dist/src/index.js';

const {
  kind,
  layers,
  precision,
  width,
  outputs,
  runs,
  x: xPath,
  z: zPath,
} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const architecture = parseArchitecture({ format: 'ntk-architecture/1', name: 'case', layers });
const x = await readInput(xPath);
const z = zPath === null ? {} : { z: await readInput(zPath) };

async function once() {
  const start = performance.now();
  if (kind === 'analytic') {
    const { ntk, run } = await kernelMatrix(x, { ...z, architecture, precision });
    return { seconds: (performance.now() - start) / 1000, matrix: ntk, by: run.plan.native ?? 'no BLAS' };
  }
  const options = { architecture, precision, width, outputs, contract: outputs > 1 ? 'full' : 'trace' };
  const { ntk, stages, plan } = await empiricalKernel(x, options);
  // Weights are there before the others' clock starts, too.
  return { seconds: stages.compute, matrix: ntk, by: plan.algebra };
}

await once();
const seconds = [];
let last;
for (let r = 0; r < runs; r++) {
  last = await once();
  seconds.push(last.seconds);
}
const entries = Array.from(last.matrix.data.slice(0, 2), Number);
console.log(JSON.stringify({ program: `ntk-engine, Node ${process.versions.node}, ${last.by}`, seconds, entries }));
