/**
 * What a process says of the library that the system's loader finds, as one JSON object: the facts, the core that a
 * thread finds, and what a kernel takes whose product pays for a library. Run by `open-library.test.ts`.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { presetArchitecture } from '../../src/architecture/presets.js';
import { planKernel } from '../../src/kernel/plan.js';
import { nativeFacts, sameLibrary } from '../../src/platform/native.js';

if (isMainThread) {
  const facts = await nativeFacts('auto');
  if (!facts.available) {
    console.log(JSON.stringify({ facts }));
    process.exit(0);
  }
  const worker = new Worker(new URL(import.meta.url), { workerData: facts.path });
  const core = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const x = { data: new Float32Array(2000 * 784).fill(1), shape: [2000, 784] };
  const plan = await planKernel(x, { architecture: presetArchitecture('fc'), backend: 'host', precision: 'f32' });
  console.log(JSON.stringify({ facts, core, planned: plan.native }));
} else {
  parentPort?.postMessage((await sameLibrary([String(workerData)])).core);
}
