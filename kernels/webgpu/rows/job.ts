import type { JobOptions } from '../../../src/backend/contract.js';
import { singleTask } from '../../../src/backend/device-task.js';
import type { Output, RowTask } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileData, TileRange } from '../../../src/backend/tile.js';
import { BackendError } from '../../../src/errors.js';
import { freeBuffer, uploadBuffer } from '../buffers.js';
import { type OpenDevice, useDevice } from '../device.js';
import { makeSlots, TilesInWork } from '../in-work.js';
import { bound } from '../pipelines.js';
import { copyResults, type Results, tileData } from '../results.js';
import { distancesOf, inBatches, nearRadial, readList, unpack } from './near-duplicates.js';
import { type Pass, type Passes, passesOf } from './passes.js';
import { type Chunk, type DeviceRows, paddedFeatures, taskRows } from './rows.js';
import { constantsOf } from './shader/module.js';
import { BLOCK, PARTIAL } from './shader/product.js';
import { FIRST_NEAR, freeSlot, makeSlot, type Slot, type SlotShape } from './slot.js';
import { type TileNumbers, tileFields, tileNumbers, tilePlace } from './tile-numbers.js';

/** What a job keeps on the device beside its rows. */
interface Parts {
  readonly opened: OpenDevice;
  readonly task: RowTask;
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
  readonly #work: TilesInWork<Slot>;

  constructor(parts: Parts, slots: readonly Slot[]) {
    this.#parts = parts;
    this.#work = new TilesInWork(parts.opened, slots);
    this.concurrency = this.#work.count;
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    return this.#work.guarded(this.#run(range, transposed, this.#parts.passes.tiles));
  }

  /** The matrix product of a tile alone, for benchmarks. */
  async computeProduct(range: TileRange): Promise<Tile> {
    return this.#work.guarded(this.#run(range, false, [this.#parts.passes.product]));
  }

  async close(): Promise<void> {
    const { opened, constants, x, z } = this.#parts;
    // A tile in work may be about to upload rows: they are freed when it has noticed.
    if (!(await this.#work.close((slot) => freeSlot(opened, slot)))) return;
    freeBuffer(opened, constants);
    await x.close();
    await z.close();
  }

  async #run(range: TileRange, transposed: boolean, passes: readonly Pass[]): Promise<Tile> {
    const { task, shape } = this.#parts;
    const slot = await this.#work.slot();
    const chunks = await this.#chunks(range);
    this.#work.requireOpen();
    const numbers = tileNumbers(task, range, shape.size, chunks, transposed);
    const { rows, columns } = range;
    const results = { rows, columns, stride: shape.size, outputs: shape.outputs, transposed };
    this.#submit(slot, numbers, chunks, passes, results);
    await Promise.all([slot.results.mapAsync(GPUMapMode.READ), slot.list.mapAsync(GPUMapMode.READ)]);
    const values = new Float32Array(slot.results.getMappedRange());
    const pairs = await readList(this.#parts.opened, slot);
    this.nearPairs += pairs.length;
    await inBatches(pairs, (batch) => this.#redo(slot, range, numbers, batch, values));
    const read = async (output: Output): Promise<TileData> => tileData(values, results, task.outputs.indexOf(output));
    return { range, release: this.#work.release(slot, slot.results), read };
  }

  /** The rows of a tile; a chunk may have been given up while the other one was uploaded. */
  async #chunks(range: TileRange): Promise<readonly [Chunk, Chunk]> {
    const { x, z } = this.#parts;
    for (let attempt = 0; attempt < 4; attempt++) {
      const chunks = [await x.chunk(range.row), await z.chunk(range.column)] as const;
      if ((await x.holds(chunks[0])) && (await z.holds(chunks[1]))) return chunks;
    }
    throw new BackendError(
      '--backend webgpu: two blocks of rows must fit on the device, got room for one. Use --rows for fewer, or ' +
        '--backend host.',
    );
  }

  #submit(
    slot: Slot,
    numbers: TileNumbers,
    [x, z]: readonly [Chunk, Chunk],
    passes: readonly Pass[],
    results: Results,
  ): void {
    const { opened, constants } = this.#parts;
    opened.device.queue.writeBuffer(slot.tile, 0, tileFields(numbers));
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
    copyResults(encoder, slot.sums, slot.results, results);
    encoder.copyBufferToBuffer(
      slot.near,
      0,
      slot.list,
      0,
      Math.min(slot.list.size, slot.near.size, 4 * (FIRST_NEAR + 1)),
    );
    opened.device.queue.submit([encoder.finish()]);
  }

  /** Computes near-duplicate pairs again from accurate cosine distances, and puts them where they belong. */
  async #redo(
    slot: Slot,
    range: TileRange,
    numbers: TileNumbers,
    batch: Uint32Array<ArrayBuffer>,
    values: Float32Array,
  ): Promise<void> {
    const { opened, task, constants } = this.#parts;
    const { radial } = task;
    if (radial !== null) {
      for (const pair of batch) {
        const entry = nearRadial(radial, task, range, pair);
        this.#place(values, numbers, pair, entry, entry);
      }
      return;
    }
    const { redo } = this.#parts.passes;
    const { device } = opened;
    const chunks = await this.#chunks(range);
    const [x, z] = chunks;
    device.queue.writeBuffer(slot.pairs, 0, batch);
    device.queue.writeBuffer(slot.distances, 0, distancesOf(task, range, batch));
    device.queue.writeBuffer(
      slot.tile,
      0,
      tileFields({ ...numbers, ...tilePlace(range, chunks), count: batch.length }),
    );
    const buffers = [slot.tile, null, null, x.factors, z.factors, constants, slot.pairs, slot.distances, slot.redone];
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
}

/** The sizes of the slots of a task whose largest tile is `tile`. */
export function slotShape(features: number, outputs: number, tile: number): SlotShape {
  return { size: Math.ceil(tile / BLOCK) * BLOCK, outputs, compensated: paddedFeatures(features) > PARTIAL };
}

/** How a task is opened: `fused` for tests of both ways. */
interface WebgpuOptions extends JobOptions {
  readonly fused?: boolean;
}

/**
 * Opens a task on the device of this process. Throws BackendError without one, DeviceFullError when the tiles do not
 * fit.
 */
export async function openWebgpu(task: RowTask, { tile, fused }: WebgpuOptions): Promise<WebgpuJob> {
  const opened = await useDevice();
  const single = singleTask(task);
  const shape = slotShape(task.x.features, task.outputs.length, Math.max(...tile));
  const { x, z } = taskRows(opened, task, single, shape.size);
  const passes = await passesOf(opened, task, single, fused ?? !opened.facts.software);
  const constants = await uploadBuffer(opened, Float32Array.from(constantsOf(task, single)));
  try {
    const slots = await makeSlots(() => makeSlot(opened, shape));
    return new WebgpuJob({ opened, task, shape, x, z, constants, passes }, slots);
  } catch (error) {
    freeBuffer(opened, constants);
    throw error;
  }
}
