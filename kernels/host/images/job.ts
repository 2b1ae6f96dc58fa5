import type { ImageJobShape, ImageWork, JobOptions } from '../../../src/backend/contract.js';
import { localExecutor, type Slot, Slots, threadExecutor } from '../../../src/backend/executors.js';
import { prepareImages, taskWithoutImages } from '../../../src/backend/images/prepare.js';
import type { ImageTask, Output } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileData, TileRange } from '../../../src/backend/tile.js';
import { createMemory } from '../../../src/backend/tile-memory.js';
import type { FloatArray } from '../../../src/data/array.js';
import { packageFile } from '../../../src/platform/package-files.js';
import { HAS_THREADS } from '../../../src/platform/thread.js';
import { type ImagePlan, planImages } from '../../../src/programme/images/plan.js';
import { positionPairCount } from '../../../src/programme/images/position-pairs.js';
import { ANY_INPUTS } from '../../../src/programme/images/self-kernels.js';
import { entryBeyondRange } from '../../../src/programme/range.js';
import { compileModule } from '../module.js';
import {
  ImageEngine,
  type ImageJob,
  type ImageRequest,
  type ImageSchedule,
  pooledOnHost,
  scheduleImages,
} from './engine.js';

/** Seconds of work below which threads are not worth their start. */
const SMALL_JOB = 0.3;

/** Tiles of one task on images, spread over executors. */
class HostImageJob implements KernelJob {
  readonly concurrency: number;
  readonly nearPairs = 0;
  readonly #job: ImageJob;
  readonly #schedule: ImageSchedule;
  readonly #slots: Slots<ImageRequest, ImageAnswer>;

  constructor(job: ImageJob, schedule: ImageSchedule, slots: Slots<ImageRequest, ImageAnswer>) {
    this.#job = job;
    this.#schedule = schedule;
    this.#slots = slots;
    this.concurrency = slots.count;
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    const slot = await this.#slots.take();
    const { finite } = await slot.executor.run({ range, set: slot.set, transposed });
    const release = this.#slots.release(slot);
    if (!finite) {
      release();
      throw entryBeyondRange(this.#job.precision);
    }
    return { range, release, read: async (output) => this.#data(slot, range, output, transposed) };
  }

  async close(): Promise<void> {
    await this.#slots.close();
  }

  #data(slot: Slot<ImageRequest, ImageAnswer>, range: TileRange, output: Output, transposed: boolean): TileData {
    const which = this.#job.outputs.indexOf(output);
    const { results, transposed: flipped } = this.#schedule.blocks;
    const { buffer } = slot.executor.memory;
    const stride = this.#job.size;
    const view = (at: number, rows: number): FloatArray =>
      this.#job.precision === 'f32'
        ? new Float32Array(buffer, at, rows * stride)
        : new Float64Array(buffer, at, rows * stride);
    return {
      values: view(results[slot.set][which], range.rows),
      stride,
      transposed: transposed ? view(flipped[slot.set][which], range.columns) : null,
      transposedStride: stride,
    };
  }
}

type ImageAnswer = ReturnType<ImageEngine['answer']>;

/** Position pairs of all components times instructions: the numbers that are computed for one pair of images. */
function workOf(plan: ImagePlan): number {
  const { places, offsets, programme } = plan;
  const positionPairs = places.grids.map((grid, g) => positionPairCount(grid, offsets[g]));
  return programme.steps.reduce((sum, _, v) => sum + positionPairs[places.of[v].grid], 0);
}

/** Seconds of one pair of images on one thread of a server core of 2023. */
export function pairSeconds({ programme, precision }: ImageWork): number {
  return workOf(planImages(programme, ANY_INPUTS)) * (precision === 'f64' ? 2.5e-9 : 1.2e-9);
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
    threadExecutor(packageFile('dist/kernels/host/images/worker.js'), memory(), { module, job });
  const executors = small
    ? [localExecutor(new ImageEngine(module, memory(), job, schedule))]
    : Array.from({ length: threads }, thread);
  return new HostImageJob(job, schedule, new Slots(executors));
}
