import type { ImageRequest } from '../../../src/backend/images/job.js';
import { openLibrary } from '../../../src/platform/compiled-library.js';
import { answerRequests, threadStart } from '../../../src/platform/port.js';
import { CompiledImageEngine, type CompiledImageJob } from './engine.js';

/** What a thread is started with. */
export interface CompiledImageStart {
  readonly library: string;
  readonly memory: WebAssembly.Memory;
  readonly job: CompiledImageJob;
}

const { library, memory, job } = threadStart<CompiledImageStart>();
const opened = openLibrary(library).then((functions) => new CompiledImageEngine(functions, memory, job));

answerRequests(async (request: ImageRequest) => (await opened).answer(request));
