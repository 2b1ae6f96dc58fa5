import { type TileAnswer, TileEngine, type TileRequest } from '../../../src/backend/rows/tile.js';
import { loadCaller, sameLibrary } from '../../../src/platform/native.js';
import { answerAfterStart } from '../../../src/platform/port.js';
import { type HostTileJob, hostFunctions } from './functions.js';

/** What a thread is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly job: HostTileJob;
}

answerAfterStart<WorkerStart, TileRequest, TileAnswer>(async ({ module, memory, job }) => {
  const library = job.native === null ? null : await sameLibrary(job.native);
  const engine = new TileEngine(hostFunctions(module, memory, job), memory, job, library);
  return (request) => engine.answer(request);
}, loadCaller);
