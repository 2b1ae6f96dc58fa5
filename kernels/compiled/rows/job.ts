import type { JobOptions } from '../../../src/backend/contract.js';
import { localExecutor, Slots, threadExecutor } from '../../../src/backend/executors.js';
import { isWorthThreads, TiledRows, tileJob, workingTask } from '../../../src/backend/rows/job.js';
import { Room } from '../../../src/backend/rows/layout.js';
import { type TileAnswer, TileEngine, type TileRequest } from '../../../src/backend/rows/tile.js';
import type { RowTask } from '../../../src/backend/tasks.js';
import { createMemory } from '../../../src/backend/tile-memory.js';
import { CompilerError } from '../../../src/errors.js';
import { openLibrary } from '../../../src/platform/compiled-library.js';
import { threadProgram } from '../../../src/platform/package-files.js';
import { compiledLibrary, target as findTarget, printedTarget } from '../library.js';
import type { Target } from '../vector.js';
import { encode } from './encode.js';
import { type CompiledTileJob, compiledFunctions, placeBody } from './functions.js';
import { panelsOf } from './product-text.js';
import { sourceOf } from './source.js';

/** A multiple of the rows of all panels. */
const STEP = 48;

async function prepare(
  asked: RowTask,
  target: Target,
  { tile, native = null }: Pick<JobOptions, 'tile' | 'native'>,
): Promise<CompiledTileJob> {
  const task = workingTask(asked);
  const code = encode(task);
  const { path } = await compiledLibrary(sourceOf(code, task.precision, target), target);
  const room = new Room(0);
  const places = placeBody(code, task.precision, room);
  const size = Math.ceil(Math.max(tile[0], tile[1]) / STEP) * STEP;
  const job = tileJob(asked, task, { size, native: native?.paths ?? null, columns: code.columns, room });
  const { words, constants } = code;
  return { ...job, library: path, panels: panelsOf(target, task.precision), words, constants, places };
}

/** The printed C of a task; works where nothing compiles. */
export async function rowSource(asked: RowTask): Promise<string> {
  const task = workingTask(asked);
  return sourceOf(encode(task), task.precision, printedTarget());
}

/**
 * Opens a task; a small one stays on the calling thread.
 *
 * @throws CompilerError where there is no compiler, or it fails
 */
export async function openRows(task: RowTask, options: JobOptions): Promise<TiledRows> {
  const target = findTarget();
  if ('reason' in target) throw new CompilerError(target.reason, target.remedy);
  const job = await prepare(task, target, options);
  const memory = (): WebAssembly.Memory => createMemory(job.layout.bytes);
  const thread = (): ReturnType<typeof threadExecutor<TileRequest, TileAnswer>> =>
    threadExecutor(threadProgram('compiled/rows', 'dist/kernels/compiled/rows/worker.js'), memory(), { job });
  const local = async (): Promise<TileEngine> => {
    const own = memory();
    return new TileEngine(
      compiledFunctions(await openLibrary(job.library), own, job),
      own,
      job,
      options.native ?? null,
    );
  };
  const executors = isWorthThreads(task)
    ? Array.from({ length: options.threads }, thread)
    : [localExecutor(await local())];
  return new TiledRows(task, job, new Slots(executors));
}
