import { parentPort, workerData } from 'node:worker_threads';
import type { TileRange } from '../../src/backend/contract.js';
import { sameLibrary } from '../../src/backend/native.js';
import { TileEngine, type TileJob } from './tile.js';

/** What a thread is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly job: TileJob;
}

/** One tile to compute; `productOnly` leaves the body out (benchmarks). */
export interface WorkerRequest {
  readonly range: TileRange;
  readonly set: number;
  readonly transposed: boolean;
  readonly productOnly: boolean;
}

/** Answer to a request: near pairs redone. */
export interface WorkerAnswer {
  readonly set: number;
  readonly near: number;
}

const { module, memory, job } = workerData as WorkerStart;
const engine = new TileEngine(module, memory, job, job.native === null ? null : await sameLibrary(job.native));

parentPort?.on('message', ({ range, set, transposed, productOnly }: WorkerRequest) => {
  if (productOnly) engine.productOnly(range);
  const near = productOnly ? 0 : engine.compute(range, set, transposed);
  parentPort?.postMessage({ set, near } satisfies WorkerAnswer);
});
