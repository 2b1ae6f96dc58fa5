import type { JobOptions } from '../../../src/backend/contract.js';
import { type PreparedImages, prepareImagesOn } from '../../../src/backend/images/prepare.js';
import type { ImageTask, Output } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileData, TileRange } from '../../../src/backend/tile.js';
import { NumericalError } from '../../../src/errors.js';
import { BufferGroup, freeBuffer } from '../buffers.js';
import { type OpenDevice, useDevice } from '../device.js';
import { makeSlots, TilesInWork } from '../in-work.js';
import { copyResults, type Results, tileData } from '../results.js';
import { IMAGE_FIELDS } from './declarations.js';
import { type ImageRunner, imageNumbers, openRunner } from './runner.js';
import { selfKernelsOfPool } from './self-kernels.js';

/** The buffers of one tile in work. */
interface ImageSlot {
  readonly tile: GPUBuffer;
  /** Results and their transposes: regions of `area` numbers. */
  readonly results: GPUBuffer;
  /** What the host reads. */
  readonly read: GPUBuffer;
}

async function makeSlot(opened: OpenDevice, bytes: number): Promise<ImageSlot> {
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ, UNIFORM } = GPUBufferUsage;
  const buffers = new BufferGroup(opened);
  try {
    return {
      tile: await buffers.make(4 * IMAGE_FIELDS.length, UNIFORM | COPY_DST),
      results: await buffers.make(bytes, STORAGE | COPY_SRC),
      read: await buffers.make(bytes, COPY_DST | MAP_READ),
    };
  } catch (error) {
    buffers.free();
    throw error;
  }
}

function freeSlot(opened: OpenDevice, { tile, results, read }: ImageSlot): void {
  for (const buffer of [tile, results, read]) freeBuffer(opened, buffer);
}

/** Tiles of a task on images on one device. */
class WebgpuImageJob implements KernelJob {
  readonly concurrency: number;
  readonly nearPairs = 0;
  readonly #opened: OpenDevice;
  readonly #job: PreparedImages;
  readonly #runner: ImageRunner;
  readonly #size: number;
  readonly #work: TilesInWork<ImageSlot>;
  /** The upload and the commands of a tile are sent as one: another's blocks must not take their place. */
  #sent: Promise<unknown> = Promise.resolve();

  constructor(opened: OpenDevice, job: PreparedImages, runner: ImageRunner, size: number, slots: readonly ImageSlot[]) {
    this.#opened = opened;
    this.#job = job;
    this.#runner = runner;
    this.#size = size;
    this.#work = new TilesInWork(opened, slots);
    this.concurrency = this.#work.count;
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    return this.#work.guarded(this.#run(range, transposed));
  }

  async close(): Promise<void> {
    if (await this.#work.close((slot) => freeSlot(this.#opened, slot))) this.#runner.close();
  }

  async #run(range: TileRange, transposed: boolean): Promise<Tile> {
    const slot = await this.#work.slot();
    const sent = this.#sent.then(() => this.#send(slot, range, transposed));
    this.#sent = sent.catch(() => undefined);
    await sent;
    await slot.read.mapAsync(GPUMapMode.READ);
    const values = new Float32Array(slot.read.getMappedRange());
    this.#requireFinite(values, range);
    const results = this.#results(range, transposed);
    const read = async (output: Output): Promise<TileData> =>
      tileData(values, results, this.#job.outputs.indexOf(output));
    return { range, release: this.#work.release(slot, slot.read), read };
  }

  #results({ rows, columns }: TileRange, transposed: boolean): Results {
    return { rows, columns, stride: this.#size, outputs: this.#job.outputs.length, transposed };
  }

  /** The results are finite, unless an entry is beyond singles. */
  #requireFinite(values: Float32Array, { rows, columns }: TileRange): void {
    const size = this.#size;
    for (let k = 0; k < this.#job.outputs.length; k++) {
      for (let i = 0; i < rows; i++) {
        const first = (k * size + i) * size;
        if (values.subarray(first, first + columns).every(Number.isFinite)) continue;
        throw new NumericalError(
          'K(x,z): must be a number that f32 holds, got one beyond its range. Use --backend host --precision f64, ' +
            '--scale unit-pixels, or fewer layers.',
        );
      }
    }
  }

  async #send(slot: ImageSlot, range: TileRange, transposed: boolean): Promise<void> {
    const { x, z, symmetric } = this.#job;
    const images = await this.#runner.blocks('x', x, range.row, range.rows);
    const others = await this.#runner.blocks(symmetric ? 'x' : 'z', z, range.column, range.columns);
    this.#work.requireOpen();
    const numbers = imageNumbers({
      columns: range.columns,
      stride: this.#size,
      area: this.#size * this.#size,
      diagonal: symmetric && range.row === range.column ? 1 : 0,
      transposed: transposed ? 1 : 0,
    });
    this.#runner.submit(slot.tile, numbers, images, others, slot.results, range.rows * range.columns);
    const encoder = this.#opened.device.createCommandEncoder();
    copyResults(encoder, slot.results, slot.read, this.#results(range, transposed));
    this.#opened.device.queue.submit([encoder.finish()]);
  }
}

/** Bytes of the results of a tile and of their transposes. */
export function resultBytes(outputs: number, size: number): number {
  return 8 * outputs * size * size;
}

/** How a task on images is opened: less memory of a workgroup than the device has for tests. */
interface ImageOptions extends JobOptions {
  readonly workgroupBytes?: number;
}

/**
 * Opens a task on images on the device of this process. @throws BackendError without one, DeviceFullError when the
 * tiles do not fit
 */
export async function openWebgpuImages(task: ImageTask, { tile, ...more }: ImageOptions): Promise<KernelJob> {
  const opened = await useDevice();
  const size = Math.max(...tile);
  const selfKernels = more.workgroupBytes === undefined ? {} : { workgroupBytes: more.workgroupBytes };
  const job = await prepareImagesOn(task, (prepared, value, set) =>
    selfKernelsOfPool(opened, prepared, value, set, selfKernels.workgroupBytes),
  );
  const runner = await openRunner(opened, job, { pairs: size * size, ...selfKernels });
  try {
    const slots = await makeSlots(() => makeSlot(opened, resultBytes(task.outputs.length, size)));
    return new WebgpuImageJob(opened, job, runner, size, slots);
  } catch (error) {
    runner.close();
    throw error;
  }
}
