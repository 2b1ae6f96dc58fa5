import { BufferGroup, freeBuffer } from '../buffers.js';
import type { OpenDevice } from '../device.js';
import { TILE_FIELDS } from './shader/module.js';

/** Near-duplicate pairs that are sent to the device together. */
export const BATCH = 65_536;
/** Near-duplicate pairs that come back with a tile; more are fetched when there are more. */
export const FIRST_NEAR = 4096;

/** The buffers of one tile in work. */
export interface Slot {
  readonly tile: GPUBuffer;
  /** Results, their transposes, and what compensation keeps: regions of `area` numbers. */
  readonly sums: GPUBuffer;
  /** A count, then the near-duplicate pairs. */
  readonly near: GPUBuffer;
  readonly pairs: GPUBuffer;
  readonly distances: GPUBuffer;
  readonly redone: GPUBuffer;
  /** What the host reads. */
  readonly results: GPUBuffer;
  readonly list: GPUBuffer;
  readonly patch: GPUBuffer;
}

/** Sizes that decide how large a slot is. */
export interface SlotShape {
  /** Rows and columns of the largest tile, a multiple of the block. */
  readonly size: number;
  readonly outputs: number;
  /** Whether sums over the features are compensated. */
  readonly compensated: boolean;
}

/** Numbers in `sums`: results and transposes of each output, and the region for compensation. */
export function sumsLength({ size, outputs, compensated }: SlotShape): number {
  return size * size * (2 * outputs + (compensated ? 1 : 0));
}

/** Bytes of a slot on the device, and on the host for what is read. */
export function slotBytes(shape: SlotShape): { readonly device: number; readonly host: number } {
  const area = shape.size * shape.size * 4;
  const host = 2 * shape.outputs * area + 4 * BATCH * 3;
  return { device: 4 * sumsLength(shape) + area + 4 * BATCH * 4, host };
}

/** Makes the buffers of a slot; gives all back when one does not fit. Throws DeviceFullError. */
export async function makeSlot(opened: OpenDevice, shape: SlotShape): Promise<Slot> {
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ, UNIFORM } = GPUBufferUsage;
  const area = shape.size * shape.size * 4;
  const buffers = new BufferGroup(opened);
  try {
    return {
      tile: await buffers.make(4 * TILE_FIELDS.length, UNIFORM | COPY_DST),
      sums: await buffers.make(4 * sumsLength(shape), STORAGE | COPY_SRC),
      near: await buffers.make(area + 16, STORAGE | COPY_SRC | COPY_DST),
      pairs: await buffers.make(4 * BATCH, STORAGE | COPY_DST),
      distances: await buffers.make(4 * BATCH, STORAGE | COPY_DST),
      redone: await buffers.make(8 * BATCH, STORAGE | COPY_SRC),
      results: await buffers.make(2 * shape.outputs * area, COPY_DST | MAP_READ),
      list: await buffers.make(4 * (FIRST_NEAR + 1), COPY_DST | MAP_READ),
      patch: await buffers.make(8 * BATCH, COPY_DST | MAP_READ),
    };
  } catch (error) {
    buffers.free();
    throw error;
  }
}

/** Frees a slot. */
export function freeSlot(opened: OpenDevice, slot: Slot): void {
  for (const buffer of Object.values(slot) as GPUBuffer[]) freeBuffer(opened, buffer);
}
