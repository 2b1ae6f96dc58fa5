import { sameLibrary } from '../../../src/platform/native.js';
import { answerRequests, threadStart } from '../../../src/platform/port.js';
import { TileEngine, type TileJob, type TileRequest } from './tile.js';

/** What a thread is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly job: TileJob;
}

const { module, memory, job } = threadStart<WorkerStart>();
const engine = new TileEngine(module, memory, job, job.native === null ? null : await sameLibrary(job.native));

answerRequests((request: TileRequest) => engine.answer(request));
