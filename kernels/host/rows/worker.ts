import { TileEngine, type TileRequest } from '../../../src/backend/rows/tile.js';
import { sameLibrary } from '../../../src/platform/native.js';
import { answerRequests, threadStart } from '../../../src/platform/port.js';
import { type HostTileJob, hostFunctions } from './functions.js';

/** What a thread is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly job: HostTileJob;
}

const { module, memory, job } = threadStart<WorkerStart>();
const engine = new TileEngine(
  hostFunctions(module, memory, job),
  memory,
  job,
  job.native === null ? null : await sameLibrary(job.native),
);

answerRequests((request: TileRequest) => engine.answer(request));
