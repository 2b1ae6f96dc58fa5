import { nearDistance, radialAt } from '../../../src/backend/near-duplicates.js';
import type { RowTask } from '../../../src/backend/tasks.js';
import type { TileRange } from '../../../src/backend/tile.js';
import type { RadialStep } from '../../../src/programme/radial.js';
import type { OpenDevice } from '../device.js';
import { BATCH, FIRST_NEAR, type Slot } from './slot.js';

/**
 * A near-duplicate pair as the shader lists it: bit 31 the sign of u, then 15 bits of the row and 16 of the column
 * within the tile.
 */
export function unpack(pair: number): { readonly row: number; readonly column: number; readonly negative: boolean } {
  return { row: (pair >>> 16) & 0x7fff, column: pair & 0xffff, negative: pair >>> 31 === 1 };
}

/** The list of near-duplicate pairs of a finished tile; its beginning came with the tile. */
export async function readList(opened: OpenDevice, slot: Slot): Promise<Uint32Array> {
  const head = new Uint32Array(slot.list.getMappedRange());
  const count = head[0];
  const pairs = new Uint32Array(count);
  pairs.set(head.subarray(1, 1 + Math.min(count, FIRST_NEAR)));
  slot.list.unmap();
  if (count <= FIRST_NEAR) return pairs;
  const { device } = opened;
  const size = 4 * (count - FIRST_NEAR);
  const rest = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(slot.near, 4 * (FIRST_NEAR + 1), rest, 0, size);
  device.queue.submit([encoder.finish()]);
  await rest.mapAsync(GPUMapMode.READ);
  pairs.set(new Uint32Array(rest.getMappedRange()), FIRST_NEAR);
  rest.destroy();
  return pairs;
}

/** Accurate cosine distances, without sign, of some near-duplicate pairs of a tile. */
export function distancesOf(task: RowTask, range: TileRange, pairs: Uint32Array): Float32Array<ArrayBuffer> {
  const { x, z } = task;
  const d = x.features;
  return Float32Array.from(pairs, (pair) => {
    const { row, column, negative } = unpack(pair);
    const [i, j] = [range.row + row, range.column + column];
    return Math.abs(nearDistance(x.data, i * d, x.norms[i], z.data, j * d, z.norms[j], d, negative));
  });
}

/** The entry of a near-duplicate pair of a radial kernel, straight from its rows. */
export function nearRadial(radial: RadialStep, { x, z }: RowTask, range: TileRange, pair: number): number {
  const { row, column } = unpack(pair);
  const d = x.features;
  return Math.fround(radialAt(radial, x.data, (range.row + row) * d, z.data, (range.column + column) * d, d));
}

/** Calls `each` with batches of the pairs. */
export async function inBatches(
  pairs: Uint32Array,
  each: (batch: Uint32Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < pairs.length; from += BATCH) await each(pairs.slice(from, from + BATCH));
}
