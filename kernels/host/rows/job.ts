import type { ExpectedSize, JobOptions } from '../../../src/backend/contract.js';
import { localExecutor, Slots, threadExecutor } from '../../../src/backend/executors.js';
import { isExpectedLarge, isWorthThreads, TiledRows, tileJob, workingTask } from '../../../src/backend/rows/job.js';
import { Room } from '../../../src/backend/rows/layout.js';
import { type TileAnswer, TileEngine, type TileRequest } from '../../../src/backend/rows/tile.js';
import type { RowTask } from '../../../src/backend/tasks.js';
import { createMemory } from '../../../src/backend/tile-memory.js';
import { threadProgram } from '../../../src/platform/package-files.js';
import { startAhead } from '../../../src/platform/thread.js';
import { compileModule } from '../module.js';
import { encode } from './encode.js';
import { type HostTileJob, hostFunctions } from './functions.js';
import { placeCode, STATIC_BYTES } from './layout.js';

function prepare(asked: RowTask, size: number, native: readonly string[] | null): HostTileJob {
  const task = workingTask(asked);
  const code = encode(task);
  const room = new Room(STATIC_BYTES);
  const places = placeCode(code, task.precision, room);
  return { ...tileJob(asked, task, { size, native, columns: code.columns, room }), code, places };
}

const program = (): URL => threadProgram('host/rows', 'dist/kernels/host/rows/worker.js');

/** Starts the threads of a job that is large whatever its network is. */
export function expectRows(size: ExpectedSize): void {
  if (isExpectedLarge(size)) startAhead(program(), size.threads);
}

/** Opens a task; a small one stays on the calling thread. */
export async function openRows(task: RowTask, { threads, tile, native = null }: JobOptions): Promise<TiledRows> {
  const size = Math.ceil(Math.max(tile[0], tile[1]) / 24) * 24;
  const job = prepare(task, size, native?.paths ?? null);
  const module = compileModule();
  const memory = (): WebAssembly.Memory => createMemory(job.layout.bytes);
  const thread = (): ReturnType<typeof threadExecutor<TileRequest, TileAnswer>> =>
    threadExecutor(program(), memory(), { module, job });
  const local = (): TileEngine => {
    const own = memory();
    return new TileEngine(hostFunctions(module, own, job), own, job, native);
  };
  const executors = isWorthThreads(task) ? Array.from({ length: threads }, thread) : [localExecutor(local())];
  return new TiledRows(task, job, new Slots(executors));
}
