import type { ImageJobShape, ImageWork, JobOptions } from '../../../src/backend/contract.js';
import { type Executor, localExecutor, Slots, threadExecutor } from '../../../src/backend/executors.js';
import { type ImageAnswer, ImageTiles } from '../../../src/backend/images/job.js';
import { prepareImagesOn, taskWithoutImages } from '../../../src/backend/images/prepare.js';
import { imageWork } from '../../../src/backend/images/work.js';
import type { ImageTask } from '../../../src/backend/tasks.js';
import type { KernelJob } from '../../../src/backend/tile.js';
import { createMemory } from '../../../src/backend/tile-memory.js';
import { CompilerError } from '../../../src/errors.js';
import { openLibrary } from '../../../src/platform/compiled-library.js';
import { threadProgram } from '../../../src/platform/package-files.js';
import { compiledLibrary, target } from '../library.js';
import { laneCount, type Target } from '../vector.js';
import { BandedTiles, needsBands } from './bands.js';
import { type BandRequest, CompiledImageEngine, type CompiledImageJob } from './engine.js';
import { pooledOnCompiled } from './pooled.js';
import { scheduleImages } from './schedule.js';

/** Seconds of work below which threads are not worth their start. */
const SMALL_JOB = 0.1;

/** What is printed for where nothing compiles: plans and `--source` need no compiler. */
const ANYWHERE: Target = { bits: 256, family: 'plain' };

function targetOrAny(): Target {
  const found = target();
  return 'reason' in found ? ANYWHERE : found;
}

/** Seconds of one pair of images on one thread of a server core of 2023: some of it is the same for any vector. */
export function pairSeconds({ programme, precision }: ImageWork): number {
  const lanes = laneCount(targetOrAny(), precision);
  const one = precision === 'f64' ? 0.16e-9 + 2e-9 / lanes : 0.1e-9 + 0.9e-9 / lanes;
  return imageWork(programme) * one;
}

/** Bytes of one thread beside its tile memory: an isolate with its code. */
const THREAD_BYTES = 24 * 2 ** 20;

/** Bytes of the blocks of all threads, beside the images in shared memory. */
export function imageMemory({ programme, precision, outputs, counts, size, threads }: ImageJobShape): number {
  const task = taskWithoutImages(programme, {
    precision,
    outputs: outputs === 2 ? ['ntk', 'nngp'] : [programme.ntk === null ? 'nngp' : 'ntk'],
    symmetric: counts[1] === 0,
  });
  // Tiles of which threads computed bands are put together, and transposed, two at a time.
  const assembled = 4 * task.outputs.length * size * size * (precision === 'f64' ? 8 : 4);
  return assembled + threads * (THREAD_BYTES + scheduleImages(task, targetOrAny(), size).schedule.at.bytes);
}

/** The printed C of a task; works where nothing compiles. */
export async function imageSource(task: ImageTask): Promise<string> {
  const wanted = targetOrAny();
  const job = taskWithoutImages(task.programme, task);
  return scheduleImages({ ...job, channels: task.x.channels }, wanted, 1).source;
}

/**
 * Opens a task on images; a small one stays on the calling thread.
 *
 * @throws CompilerError where it cannot be printed or compiled
 */
export async function openImages(task: ImageTask, { threads, tile }: JobOptions): Promise<KernelJob> {
  const wanted = target();
  if ('reason' in wanted) throw new CompilerError(wanted.reason, wanted.remedy);
  const prepared = await prepareImagesOn(task, (job, value, set) => pooledOnCompiled(job, value, set, wanted));
  const { source, schedule } = scheduleImages(prepared, wanted, Math.max(...tile));
  const job: CompiledImageJob = { ...prepared, schedule };
  const { path: library } = await compiledLibrary(source, wanted);
  const { results, transposed } = schedule.at;
  const places = { precision: job.precision, outputs: job.outputs, stride: schedule.size, results, transposed };
  const memory = (): WebAssembly.Memory => createMemory(schedule.at.bytes);
  const { symmetric, x, z } = task;
  if (((x.count * z.count) / (symmetric ? 2 : 1)) * pairSeconds(task) < SMALL_JOB) {
    const engine = new CompiledImageEngine(await openLibrary(library), memory(), job);
    return new ImageTiles(places, new Slots([localExecutor(engine)]));
  }
  const start = (count: number): Executor<BandRequest, ImageAnswer>[] =>
    Array.from({ length: count }, () =>
      threadExecutor(threadProgram('compiled/images', 'dist/kernels/compiled/images/worker.js'), memory(), {
        library,
        job,
      }),
    );
  const costs = { counts: [x.count, z.count], symmetric, size: Math.max(...tile), lanes: schedule.lanes } as const;
  return needsBands(costs, threads)
    ? new BandedTiles(places, costs, start(Math.min(threads, x.count)))
    : new ImageTiles(places, new Slots(start(threads)));
}
