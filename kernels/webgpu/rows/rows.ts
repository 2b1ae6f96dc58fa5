import type { SingleTask } from '../../../src/backend/device-task.js';
import type { RowSet, RowTask } from '../../../src/backend/tasks.js';
import type { FloatArray } from '../../../src/data/array.js';
import { DeviceFullError } from '../../../src/errors.js';
import { freeBuffer, uploadBuffer } from '../buffers.js';
import type { OpenDevice } from '../device.js';
import { FEATURES } from './shader/product.js';

/** Some neighbouring rows on the device. */
export interface Chunk {
  readonly first: number;
  /** Rows for which there is room: the distance between features, and between factor columns. */
  readonly stride: number;
  /** Unit rows `[features, stride]`. */
  readonly unit: GPUBuffer;
  /** Factor columns `[columns, stride]`. */
  readonly factors: GPUBuffer;
}

/** Rows as a device takes them. */
export interface RowSource {
  readonly rows: number;
  readonly features: number;
  /** `[n, d]` */
  readonly unit: FloatArray;
  readonly columns: number;
  /** `[columns, n]` */
  readonly factors: Float32Array;
}

/** Features with padding, so that the product needs no special case for the last ones. */
export function paddedFeatures(features: number): number {
  return Math.ceil(features / FEATURES) * FEATURES;
}

/** Rows `[rows, d]` turned into `[features, stride]`, block by block so that both sides stay in cache. */
function turned({ unit, features }: RowSource, first: number, rows: number, stride: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(paddedFeatures(features) * stride);
  const side = 32;
  for (let i0 = 0; i0 < rows; i0 += side) {
    const iEnd = Math.min(rows, i0 + side);
    for (let k0 = 0; k0 < features; k0 += side) {
      const kEnd = Math.min(features, k0 + side);
      for (let k = k0; k < kEnd; k++) {
        for (let i = i0; i < iEnd; i++) result[k * stride + i] = unit[(first + i) * features + k];
      }
    }
  }
  return result;
}

function columnsOf(
  { factors, columns, rows }: RowSource,
  first: number,
  count: number,
  stride: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(columns * stride);
  for (let c = 0; c < columns; c++)
    result.set(factors.subarray(c * rows + first, c * rows + first + count), c * stride);
  return result;
}

/** Bytes of one chunk of rows at most: it is held twice on the host while it is uploaded. */
export const LARGEST_CHUNK = 2 ** 26;

/**
 * The rows of one operand on the device, in chunks that are uploaded when a tile first needs them and given up, longest
 * unused first, where the device is full.
 */
export class DeviceRows {
  readonly #device: OpenDevice;
  readonly #source: RowSource;
  readonly #chunkRows: number;
  /** In the order of use. */
  readonly #chunks = new Map<number, Promise<Chunk>>();

  constructor(device: OpenDevice, source: RowSource, tile: number) {
    this.#device = device;
    this.#source = source;
    const { maxBufferSize, maxStorageBufferBindingSize } = device.device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize, LARGEST_CHUNK);
    const rowBytes = 4 * Math.max(paddedFeatures(source.features), source.columns);
    const fitting = Math.floor(most / rowBytes / tile) * tile;
    if (fitting === 0) {
      throw new DeviceFullError(
        `--backend webgpu: ${tile} rows of ${source.features} features must fit into ${most} bytes on the device, ` +
          `got ${tile * rowBytes}.`,
      );
    }
    this.#chunkRows = Math.min(fitting, Math.ceil(source.rows / tile) * tile);
  }

  /** The chunk that holds the rows from `row` on; tiles never cross chunks. */
  chunk(row: number): Promise<Chunk> {
    const index = Math.floor(row / this.#chunkRows);
    const known = this.#chunks.get(index);
    this.#chunks.delete(index);
    const chunk = known ?? this.#upload(index);
    this.#chunks.set(index, chunk);
    return chunk;
  }

  /** Whether a chunk is still there: it may have been given up for another one. */
  async holds(chunk: Chunk): Promise<boolean> {
    return (await this.#chunks.get(Math.floor(chunk.first / this.#chunkRows))) === chunk;
  }

  async #upload(index: number): Promise<Chunk> {
    const first = index * this.#chunkRows;
    const stride = this.#chunkRows;
    const rows = Math.min(stride, this.#source.rows - first);
    const unit = await this.#filled(turned(this.#source, first, rows, stride), index);
    const factors = await this.#filled(columnsOf(this.#source, first, rows, stride), index);
    return { first, stride, unit, factors };
  }

  async #filled(data: Float32Array<ArrayBuffer>, index: number): Promise<GPUBuffer> {
    for (;;) {
      try {
        return await uploadBuffer(this.#device, data);
      } catch (error) {
        if (!(error instanceof DeviceFullError) || !(await this.#giveUp(index))) throw error;
      }
    }
  }

  /** Frees the chunk that was not used for longest, except the one being made; false when there is none. */
  async #giveUp(except: number): Promise<boolean> {
    const oldest = [...this.#chunks.keys()].find((index) => index !== except);
    if (oldest === undefined) return false;
    const chunk = this.#chunks.get(oldest);
    this.#chunks.delete(oldest);
    await this.#free(chunk);
    return true;
  }

  /** Frees all chunks. */
  async close(): Promise<void> {
    const all = [...this.#chunks.values()];
    this.#chunks.clear();
    await Promise.all(all.map((chunk) => this.#free(chunk)));
  }

  async #free(chunk: Promise<Chunk> | undefined): Promise<void> {
    const [result] = await Promise.allSettled([chunk]);
    if (result.status !== 'fulfilled' || result.value === undefined) return;
    freeBuffer(this.#device, result.value.unit);
    freeBuffer(this.#device, result.value.factors);
  }
}

/** The rows of both operands of a task, for tiles of `size`; the same ones where the task is symmetric. */
export function taskRows(
  opened: OpenDevice,
  task: RowTask,
  single: SingleTask,
  size: number,
): { readonly x: DeviceRows; readonly z: DeviceRows } {
  const rowsOf = ({ rows, features, unit }: RowSet, factors: Float32Array): DeviceRows =>
    new DeviceRows(opened, { rows, features, unit, columns: single.columns, factors }, size);
  const x = rowsOf(task.x, single.x);
  return { x, z: task.z === task.x ? x : rowsOf(task.z, single.z) };
}
