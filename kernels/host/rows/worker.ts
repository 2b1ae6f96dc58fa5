import { parentPort, workerData } from 'node:worker_threads';
import { sameLibrary } from '../../../src/platform/native.js';
import { TileEngine, type TileJob, type TileRequest } from './tile.js';

/** What a thread is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly job: TileJob;
}

const { module, memory, job } = workerData as WorkerStart;
const engine = new TileEngine(module, memory, job, job.native === null ? null : await sameLibrary(job.native));

parentPort?.on('message', (request: TileRequest) => {
  parentPort?.postMessage(engine.answer(request));
});
