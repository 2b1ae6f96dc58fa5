import { parentPort, workerData } from 'node:worker_threads';
import { ImageEngine, type ImageJob, type ImageRequest, scheduleImages } from './engine.js';

/** What a thread is started with. */
export interface ImageWorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly job: ImageJob;
}

const { module, memory, job } = workerData as ImageWorkerStart;
const engine = new ImageEngine(module, memory, job, scheduleImages(job));

parentPort?.on('message', (request: ImageRequest) => {
  parentPort?.postMessage(engine.answer(request));
});
