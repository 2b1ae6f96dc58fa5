import { TileEngine, type TileRequest } from '../../../src/backend/rows/tile.js';
import { openLibrary } from '../../../src/platform/compiled-library.js';
import { sameLibrary } from '../../../src/platform/native.js';
import { answerRequests, threadStart } from '../../../src/platform/port.js';
import { type CompiledTileJob, compiledFunctions } from './functions.js';

/** What a thread is started with. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly job: CompiledTileJob;
}

const { memory, job } = threadStart<WorkerStart>();
const functions = compiledFunctions(await openLibrary(job.library), memory, job);
const engine = new TileEngine(functions, memory, job, job.native === null ? null : await sameLibrary(job.native));

answerRequests((request: TileRequest) => engine.answer(request));
