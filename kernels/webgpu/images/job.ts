import type {
  ImageTask,
  JobOptions,
  KernelJob,
  Output,
  Tile,
  TileData,
  TileRange,
} from '../../../src/backend/contract.js';
import { type PreparedImages, prepareImagesOn } from '../../../src/backend/images/prepare.js';
import { BackendError, InternalError, InterruptedError, NumericalError } from '../../../src/errors.js';
import { freeBuffer, makeBuffer } from '../buffers.js';
import { type OpenDevice, useDevice } from '../device.js';
import { ownOfPool } from './own.js';
import { type ImageRunner, imageNumbers, openRunner } from './runner.js';
import { IMAGE_FIELDS } from './shader.js';

/** Tiles in work at once: one is computed, one read back, one written. */
const TILES_AT_ONCE = 3;

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
  const made: GPUBuffer[] = [];
  const make = async (size: number, usage: number): Promise<GPUBuffer> => {
    const buffer = await makeBuffer(opened, size, usage);
    made.push(buffer);
    return buffer;
  };
  try {
    return {
      tile: await make(4 * IMAGE_FIELDS.length, UNIFORM | COPY_DST),
      results: await make(bytes, STORAGE | COPY_SRC),
      read: await make(bytes, COPY_DST | MAP_READ),
    };
  } catch (error) {
    for (const buffer of made) freeBuffer(opened, buffer);
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
  readonly #slots: readonly ImageSlot[];
  readonly #free: ImageSlot[];
  readonly #queue: { resolve: (slot: ImageSlot) => void; reject: (error: Error) => void }[] = [];
  readonly #working = new Set<Promise<Tile>>();
  /** The upload and the commands of a tile are sent as one: another's blocks must not take their place. */
  #sent: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(opened: OpenDevice, job: PreparedImages, runner: ImageRunner, size: number, slots: readonly ImageSlot[]) {
    this.#opened = opened;
    this.#job = job;
    this.#runner = runner;
    this.#size = size;
    this.#slots = slots;
    this.#free = [...slots];
    this.concurrency = slots.length;
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    const work = this.#run(range, transposed);
    this.#working.add(work);
    try {
      const tile = await work;
      if (this.#opened.failure !== null) throw this.#opened.failure;
      return tile;
    } catch (error) {
      const reason = await this.#reason(error);
      for (const { reject } of this.#queue.splice(0)) reject(reason);
      throw reason;
    } finally {
      this.#working.delete(work);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(new InterruptedError());
    for (const slot of this.#slots) freeSlot(this.#opened, slot);
    await Promise.allSettled(this.#working);
    this.#runner.close();
  }

  /** What a caller can act on: the device tells of its loss a moment after the calls that failed by it. */
  async #reason(error: unknown): Promise<Error> {
    if (this.#closed) return new InterruptedError();
    if (this.#opened.failure === null && !(error instanceof BackendError)) {
      await Promise.race([this.#opened.device.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    return this.#opened.failure ?? (error instanceof Error ? error : new InternalError(String(error)));
  }

  async #slot(): Promise<ImageSlot> {
    if (this.#closed) throw new InterruptedError();
    return this.#free.shift() ?? new Promise((resolve, reject) => this.#queue.push({ resolve, reject }));
  }

  async #run(range: TileRange, transposed: boolean): Promise<Tile> {
    const slot = await this.#slot();
    const sent = this.#sent.then(() => this.#send(slot, range, transposed));
    this.#sent = sent.catch(() => undefined);
    await sent;
    await slot.read.mapAsync(GPUMapMode.READ);
    const values = new Float32Array(slot.read.getMappedRange());
    this.#requireFinite(values, range);
    let held = true;
    const release = (): void => {
      if (!held || this.#closed) return;
      held = false;
      slot.read.unmap();
      const next = this.#queue.shift();
      if (next) next.resolve(slot);
      else this.#free.push(slot);
    };
    return { range, release, read: async (output: Output) => this.#data(values, range, transposed, output) };
  }

  /** The results are finite, unless an entry is beyond singles. */
  #requireFinite(values: Float32Array, { rows, columns }: TileRange): void {
    const size = this.#size;
    for (let k = 0; k < this.#job.outputs.length; k++) {
      for (let i = 0; i < rows; i++) {
        const first = (k * size + i) * size;
        if (values.subarray(first, first + columns).every(Number.isFinite)) continue;
        throw new NumericalError(
          'K(x,z): must be a number that f32 holds, got one beyond its range. Use --backend host --precision f64, --scale unit-pixels, or fewer layers.',
        );
      }
    }
  }

  async #send(slot: ImageSlot, range: TileRange, transposed: boolean): Promise<void> {
    const { x, z, symmetric, outputs } = this.#job;
    const images = await this.#runner.blocks('x', x, range.row, range.rows);
    const others = await this.#runner.blocks(symmetric ? 'x' : 'z', z, range.column, range.columns);
    if (this.#closed) throw new InterruptedError();
    const area = this.#size * this.#size;
    const numbers = imageNumbers({
      columns: range.columns,
      stride: this.#size,
      area,
      diagonal: symmetric && range.row === range.column ? 1 : 0,
      transposed: transposed ? 1 : 0,
    });
    this.#runner.submit(slot.tile, numbers, images, others, slot.results, range.rows * range.columns);
    const encoder = this.#opened.device.createCommandEncoder();
    const copy = (region: number, rows: number): void => {
      const at = 4 * region * area;
      encoder.copyBufferToBuffer(slot.results, at, slot.read, at, 4 * rows * this.#size);
    };
    outputs.forEach((_, k) => {
      copy(k, range.rows);
      if (transposed) copy(outputs.length + k, range.columns);
    });
    this.#opened.device.queue.submit([encoder.finish()]);
  }

  #data(values: Float32Array, range: TileRange, transposed: boolean, output: Output): TileData {
    const { outputs } = this.#job;
    const [which, stride] = [outputs.indexOf(output), this.#size];
    const view = (region: number, rows: number): Float32Array =>
      values.subarray(region * stride * stride, region * stride * stride + rows * stride);
    return {
      values: view(which, range.rows),
      stride,
      transposed: transposed ? view(outputs.length + which, range.columns) : null,
      transposedStride: stride,
    };
  }
}

/** Bytes of the results of a tile and of their transposes. */
export function resultBytes(outputs: number, size: number): number {
  return 8 * outputs * size * size;
}

async function makeSlots(opened: OpenDevice, bytes: number): Promise<ImageSlot[]> {
  const slots = [await makeSlot(opened, bytes)];
  while (slots.length < TILES_AT_ONCE) {
    const next = await makeSlot(opened, bytes).catch(() => null);
    if (next === null) break;
    slots.push(next);
  }
  return slots;
}

/** How a task on images is opened: less memory of a workgroup than the device has for tests. */
interface ImageOptions extends JobOptions {
  readonly workgroupBytes?: number;
}

/** Opens a task on images on the device of this process. @throws BackendError without one, DeviceFullError when the tiles do not fit */
export async function openWebgpuImages(task: ImageTask, { tile, ...more }: ImageOptions): Promise<KernelJob> {
  const opened = await useDevice();
  const size = Math.max(...tile);
  const own = more.workgroupBytes === undefined ? {} : { workgroupBytes: more.workgroupBytes };
  const job = await prepareImagesOn(task, (prepared, value, set) =>
    ownOfPool(opened, prepared, value, set, own.workgroupBytes),
  );
  const runner = await openRunner(opened, job, { pairs: size * size, alone: false, ...own });
  try {
    const slots = await makeSlots(opened, resultBytes(task.outputs.length, size));
    return new WebgpuImageJob(opened, job, runner, size, slots);
  } catch (error) {
    runner.close();
    throw error;
  }
}
