import type { ImageRequest } from '../../../src/backend/images/job.js';
import { answerRequests, threadStart } from '../../../src/platform/port.js';
import { ImageEngine, type ImageJob, scheduleImages } from './engine.js';

/** What a thread is started with. */
export interface ImageWorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly job: ImageJob;
}

const { module, memory, job } = threadStart<ImageWorkerStart>();
const engine = new ImageEngine(module, memory, job, scheduleImages(job));

answerRequests((request: ImageRequest) => engine.answer(request));
