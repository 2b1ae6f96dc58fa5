import type { ImageJobShape, ImageWork, JobOptions } from '../../../src/backend/contract.js';
import { localExecutor, Slots, threadExecutor } from '../../../src/backend/executors.js';
import { type ImageAnswer, type ImageRequest, ImageTiles } from '../../../src/backend/images/job.js';
import { prepareImages, taskWithoutImages } from '../../../src/backend/images/prepare.js';
import { imageWork } from '../../../src/backend/images/work.js';
import type { ImageTask } from '../../../src/backend/tasks.js';
import type { KernelJob } from '../../../src/backend/tile.js';
import { createMemory } from '../../../src/backend/tile-memory.js';
import { threadProgram } from '../../../src/platform/package-files.js';
import { HAS_THREADS } from '../../../src/platform/thread.js';
import { compileModule } from '../module.js';
import { ImageEngine, type ImageJob, pooledOnHost, scheduleImages } from './engine.js';

/** Seconds of work below which threads are not worth their start. */
const SMALL_JOB = 0.3;

/** Seconds of one pair of images on one thread of a server core of 2023. */
export function pairSeconds({ programme, precision }: ImageWork): number {
  return imageWork(programme) * (precision === 'f64' ? 2.5e-9 : 1.2e-9);
}

/** Bytes of one thread beside its tile memory: an isolate with its code, tables of components. */
const THREAD_BYTES = 40 * 2 ** 20;

/** Bytes of the blocks of all threads, beside the images in shared memory. */
export function imageMemory({ programme, precision, outputs, counts, size, threads }: ImageJobShape): number {
  const job: ImageJob = {
    ...taskWithoutImages(programme, {
      precision,
      outputs: outputs === 2 ? ['ntk', 'nngp'] : [programme.ntk === null ? 'nngp' : 'ntk'],
      symmetric: counts[1] === 0,
    }),
    size: roundUp(size),
  };
  return threads * (THREAD_BYTES + scheduleImages(job).blocks.bytes);
}

function roundUp(size: number): number {
  return Math.ceil(size / 8) * 8;
}

/** Opens a task on images; a small one stays on the calling thread. */
export async function openImages(task: ImageTask, { threads, tile }: JobOptions): Promise<KernelJob> {
  const job: ImageJob = { ...prepareImages(task, pooledOnHost), size: roundUp(Math.max(...tile)) };
  const schedule = scheduleImages(job);
  const module = compileModule();
  const memory = (): WebAssembly.Memory => createMemory(schedule.blocks.bytes);
  const pairs = (task.x.count * task.z.count) / (task.symmetric ? 2 : 1);
  const small = !HAS_THREADS || pairs * pairSeconds(task) < SMALL_JOB;
  const thread = (): ReturnType<typeof threadExecutor<ImageRequest, ImageAnswer>> =>
    threadExecutor(threadProgram('host/images', 'dist/kernels/host/images/worker.js'), memory(), { module, job });
  const executors = small
    ? [localExecutor(new ImageEngine(module, memory(), job, schedule))]
    : Array.from({ length: threads }, thread);
  const { results, transposed } = schedule.blocks;
  const { precision, outputs, size } = job;
  return new ImageTiles({ precision, outputs, stride: size, results, transposed }, new Slots(executors));
}
