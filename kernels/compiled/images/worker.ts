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
// Requests wait until then: two that awaited it together would be answered together.
const engine = new CompiledImageEngine(await openLibrary(library), memory, job);

answerRequests((request: BandRequest) => engine.answer(request));
