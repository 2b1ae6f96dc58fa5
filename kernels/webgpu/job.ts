import type {
  JobOptions,
  KernelJob,
  KernelTask,
  Output,
  Tile,
  TileData,
  TileRange,
} from '../../src/backend/contract.js';
import { singleTask } from '../../src/backend/single.js';
import { BackendError, InternalError, InterruptedError } from '../../src/errors.js';
import { freeBuffer, makeBuffer } from './buffers.js';
import { type OpenDevice, useDevice } from './device.js';
import { gapsOf, inBatches, readList, unpack } from './near.js';
import { bound, type Pass, type Passes, passesOf } from './passes.js';
import { type Chunk, DeviceRows, paddedFeatures } from './rows.js';
import { constantsOf, TILE_FIELDS } from './shader/module.js';
import { BLOCK, PARTIAL } from './shader/product.js';
import { FIRST_NEAR, freeSlot, makeSlot, type Slot, type SlotShape } from './slot.js';

/** Tiles in work at once: one is computed, one read back, one written. */
const TILES_AT_ONCE = 3;

type TileNumbers = Readonly<Record<(typeof TILE_FIELDS)[number], number>>;

/** What a job keeps on the device beside its rows. */
interface Parts {
  readonly opened: OpenDevice;
  readonly task: KernelTask;
  readonly shape: SlotShape;
  readonly x: DeviceRows;
  readonly z: DeviceRows;
  readonly constants: GPUBuffer;
  readonly passes: Passes;
}

/** Tiles of one task on one device. */
class WebgpuJob implements KernelJob {
  readonly concurrency: number;
  nearPairs = 0;
  readonly #parts: Parts;
  readonly #slots: readonly Slot[];
  readonly #free: Slot[];
  readonly #queue: { resolve: (slot: Slot) => void; reject: (error: Error) => void }[] = [];
  readonly #working = new Set<Promise<Tile>>();
  #closed = false;

  constructor(parts: Parts, slots: readonly Slot[]) {
    this.#parts = parts;
    this.#slots = slots;
    this.#free = [...slots];
    this.concurrency = slots.length;
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    return this.#guarded(range, transposed, this.#parts.passes.tiles);
  }

  /** The matrix product of a tile alone, for benchmarks. */
  async computeProduct(range: TileRange): Promise<Tile> {
    return this.#guarded(range, false, [this.#parts.passes.product]);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(new InterruptedError());
    for (const slot of this.#slots) freeSlot(this.#parts.opened, slot);
    // A tile in work may be about to upload rows: they are freed when it has noticed.
    await Promise.allSettled(this.#working);
    freeBuffer(this.#parts.opened, this.#parts.constants);
    await this.#parts.x.close();
    await this.#parts.z.close();
  }

  /** Turns what the device says when it is lost or closed into what a caller can act on. */
  async #guarded(range: TileRange, transposed: boolean, passes: readonly Pass[]): Promise<Tile> {
    const { opened } = this.#parts;
    const work = this.#run(range, transposed, passes);
    this.#working.add(work);
    try {
      const tile = await work;
      if (opened.failure !== null) throw opened.failure;
      return tile;
    } catch (error) {
      const reason = await this.#reason(error);
      // Its slot may be in any state, and those who wait for one must not wait for ever.
      for (const { reject } of this.#queue.splice(0)) reject(reason);
      throw reason;
    } finally {
      this.#working.delete(work);
    }
  }

  /** What a caller can act on: the device tells of its loss a moment after the calls that failed by it. */
  async #reason(error: unknown): Promise<Error> {
    const { opened } = this.#parts;
    if (this.#closed) return new InterruptedError();
    if (opened.failure === null && !(error instanceof BackendError)) {
      await Promise.race([opened.device.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    return opened.failure ?? (error instanceof Error ? error : new InternalError(String(error)));
  }

  async #slot(): Promise<Slot> {
    if (this.#closed) throw new InterruptedError();
    return this.#free.shift() ?? new Promise((resolve, reject) => this.#queue.push({ resolve, reject }));
  }

  async #run(range: TileRange, transposed: boolean, passes: readonly Pass[]): Promise<Tile> {
    const slot = await this.#slot();
    const [x, z] = await this.#chunks(range);
    if (this.#closed) throw new InterruptedError();
    const numbers = this.#numbers(range, x, z, transposed);
    this.#submit(slot, numbers, x, z, passes);
    await Promise.all([slot.results.mapAsync(GPUMapMode.READ), slot.list.mapAsync(GPUMapMode.READ)]);
    const values = new Float32Array(slot.results.getMappedRange());
    const pairs = await readList(this.#parts.opened, slot);
    this.nearPairs += pairs.length;
    await inBatches(pairs, (batch) => this.#redo(slot, range, numbers, batch, values));
    let held = true;
    const release = (): void => {
      if (!held || this.#closed) return;
      held = false;
      slot.results.unmap();
      const next = this.#queue.shift();
      if (next) next.resolve(slot);
      else this.#free.push(slot);
    };
    return { range, release, read: async (output: Output) => this.#data(values, numbers, output) };
  }

  /** The rows of a tile; a chunk may have been given up while the other one was uploaded. */
  async #chunks(range: TileRange): Promise<readonly [Chunk, Chunk]> {
    const { x, z } = this.#parts;
    for (let attempt = 0; attempt < 4; attempt++) {
      const chunks = [await x.chunk(range.row), await z.chunk(range.column)] as const;
      if ((await x.holds(chunks[0])) && (await z.holds(chunks[1]))) return chunks;
    }
    throw new BackendError(
      '--backend webgpu: two blocks of rows must fit on the device, got room for one. Use --rows for fewer, or --backend host.',
    );
  }

  #numbers(range: TileRange, x: Chunk, z: Chunk, transposed: boolean): TileNumbers {
    const { task, shape } = this.#parts;
    const area = shape.size * shape.size;
    return {
      rows: range.rows,
      columns: range.columns,
      features: paddedFeatures(task.x.features),
      rowX: range.row - x.first,
      rowZ: range.column - z.first,
      strideX: x.stride,
      strideZ: z.stride,
      stride: shape.size,
      area,
      lost: 2 * shape.outputs * area,
      diagonal: task.symmetric && range.row === range.column ? 1 : 0,
      transposed: transposed ? 1 : 0,
      count: 0,
      zero: 0,
    };
  }

  #write(slot: Slot, numbers: TileNumbers): void {
    const fields = Uint32Array.from(TILE_FIELDS, (field) => numbers[field]);
    this.#parts.opened.device.queue.writeBuffer(slot.tile, 0, fields);
  }

  #submit(slot: Slot, numbers: TileNumbers, x: Chunk, z: Chunk, passes: readonly Pass[]): void {
    const { opened, constants, shape } = this.#parts;
    this.#write(slot, numbers);
    const buffers = [slot.tile, x.unit, z.unit, x.factors, z.factors, constants, slot.sums, slot.near];
    const encoder = opened.device.createCommandEncoder();
    encoder.clearBuffer(slot.near, 0, 4);
    const work = encoder.beginComputePass();
    for (const { pipeline, layout, side } of passes) {
      work.setPipeline(pipeline);
      work.setBindGroup(0, bound(opened.device, layout, buffers));
      work.dispatchWorkgroups(Math.ceil(numbers.columns / side), Math.ceil(numbers.rows / side));
    }
    work.end();
    const copy = (region: number, rows: number): void => {
      const at = 4 * region * numbers.area;
      encoder.copyBufferToBuffer(slot.sums, at, slot.results, at, 4 * rows * numbers.stride);
    };
    for (let k = 0; k < shape.outputs; k++) {
      copy(k, numbers.rows);
      if (numbers.transposed === 1) copy(shape.outputs + k, numbers.columns);
    }
    encoder.copyBufferToBuffer(
      slot.near,
      0,
      slot.list,
      0,
      Math.min(slot.list.size, slot.near.size, 4 * (FIRST_NEAR + 1)),
    );
    opened.device.queue.submit([encoder.finish()]);
  }

  /** Computes near pairs again from accurate gaps, and puts them where they belong. */
  async #redo(
    slot: Slot,
    range: TileRange,
    numbers: TileNumbers,
    batch: Uint32Array<ArrayBuffer>,
    values: Float32Array,
  ): Promise<void> {
    const { opened, task, constants } = this.#parts;
    const { redo } = this.#parts.passes;
    const { device } = opened;
    const [x, z] = await this.#chunks(range);
    device.queue.writeBuffer(slot.pairs, 0, batch);
    device.queue.writeBuffer(slot.gaps, 0, gapsOf(task, range, batch));
    const place = { rowX: range.row - x.first, rowZ: range.column - z.first, strideX: x.stride, strideZ: z.stride };
    this.#write(slot, { ...numbers, ...place, count: batch.length });
    const buffers = [slot.tile, null, null, x.factors, z.factors, constants, slot.pairs, slot.gaps, slot.redone];
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(redo.pipeline);
    pass.setBindGroup(0, bound(device, redo.layout, buffers));
    pass.dispatchWorkgroups(Math.ceil(batch.length / 64));
    pass.end();
    encoder.copyBufferToBuffer(slot.redone, 0, slot.patch, 0, 8 * batch.length);
    device.queue.submit([encoder.finish()]);
    await slot.patch.mapAsync(GPUMapMode.READ, 0, 8 * batch.length);
    const found = new Float32Array(slot.patch.getMappedRange(0, 8 * batch.length));
    batch.forEach((pair, at) => {
      this.#place(values, numbers, pair, found[2 * at], found[2 * at + 1]);
    });
    slot.patch.unmap();
  }

  #place(values: Float32Array, numbers: TileNumbers, pair: number, first: number, second: number): void {
    const { outputs } = this.#parts.shape;
    const { area, stride, diagonal, transposed } = numbers;
    const { row, column } = unpack(pair);
    for (let k = 0; k < outputs; k++) {
      const value = k === 0 ? first : second;
      values[k * area + row * stride + column] = value;
      if (diagonal === 1) values[k * area + column * stride + row] = value;
      if (transposed === 1) values[(outputs + k) * area + column * stride + row] = value;
    }
  }

  #data(values: Float32Array, numbers: TileNumbers, output: Output): TileData {
    const { shape, task } = this.#parts;
    const which = task.outputs.indexOf(output);
    const { area, stride } = numbers;
    const view = (region: number, rows: number): Float32Array =>
      values.subarray(region * area, region * area + rows * stride);
    return {
      values: view(which, numbers.rows),
      stride,
      transposed: numbers.transposed === 1 ? view(shape.outputs + which, numbers.columns) : null,
      transposedStride: stride,
    };
  }
}

/** The sizes of the slots of a task whose largest tile is `tile`. */
export function slotShape(features: number, outputs: number, tile: number): SlotShape {
  return { size: Math.ceil(tile / BLOCK) * BLOCK, outputs, compensated: paddedFeatures(features) > PARTIAL };
}

/** As many slots as fit, at most three. Throws DeviceFullError when not even one does. */
async function makeSlots(opened: OpenDevice, shape: SlotShape): Promise<Slot[]> {
  const slots = [await makeSlot(opened, shape)];
  while (slots.length < TILES_AT_ONCE) {
    const next = await makeSlot(opened, shape).catch(() => null);
    if (next === null) break;
    slots.push(next);
  }
  return slots;
}

/** How a task is opened: `fused` for tests of both ways. */
interface WebgpuOptions extends JobOptions {
  readonly fused?: boolean;
}

/** Opens a task on the device of this process. Throws BackendError without one, DeviceFullError when the tiles do not fit. */
export async function openWebgpu(task: KernelTask, { tile, fused }: WebgpuOptions): Promise<WebgpuJob> {
  const opened = await useDevice();
  const single = singleTask(task);
  const shape = slotShape(task.x.features, task.outputs.length, Math.max(...tile));
  const rows = (set: KernelTask['x'], factors: Float32Array): DeviceRows =>
    new DeviceRows(
      opened,
      { rows: set.rows, features: set.features, unit: set.unit, columns: single.columns, factors },
      shape.size,
    );
  const x = rows(task.x, single.x);
  const z = task.z === task.x ? x : rows(task.z, single.z);
  const passes = await passesOf(opened, task, single, fused ?? !opened.facts.software);
  const data = Float32Array.from(constantsOf(task, single));
  const constants = await makeBuffer(opened, data.byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  opened.device.queue.writeBuffer(constants, 0, data);
  try {
    const slots = await makeSlots(opened, shape);
    return new WebgpuJob({ opened, task, shape, x, z, constants, passes }, slots);
  } catch (error) {
    freeBuffer(opened, constants);
    throw error;
  }
}
