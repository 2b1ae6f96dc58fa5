import { openLibrary } from '../../../src/platform/compiled-library.js';
import { answerRequests, threadStart } from '../../../src/platform/port.js';
import { type BandRequest, CompiledImageEngine, type CompiledImageJob } from './engine.js';

/** What a thread is started with. */
export interface CompiledImageStart {
  readonly library: string;
  readonly memory: WebAssembly.Memory;
  readonly job: CompiledImageJob;
}

const { library, memory, job } = threadStart<CompiledImageStart>();
const opened = openLibrary(library).then((functions) => new CompiledImageEngine(functions, memory, job));

answerRequests(async (request: BandRequest) => (await opened).answer(request));
