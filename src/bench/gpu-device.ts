import { BufferGroup } from '../../kernels/webgpu/buffers.js';
import { type OpenDevice, useDevice } from '../../kernels/webgpu/device.js';
import { bound } from '../../kernels/webgpu/pipelines.js';
import { slotShape } from '../../kernels/webgpu/rows/job.js';
import { type Pass, passesOf } from '../../kernels/webgpu/rows/passes.js';
import { type DeviceRows, taskRows } from '../../kernels/webgpu/rows/rows.js';
import { constantsOf } from '../../kernels/webgpu/rows/shader/module.js';
import { freeSlot, makeSlot, type Slot } from '../../kernels/webgpu/rows/slot.js';
import { tileFields, tileNumbers } from '../../kernels/webgpu/rows/tile-numbers.js';
import { singleTask } from '../backend/device-task.js';
import type { RowTask } from '../backend/tasks.js';
import type { TileRange } from '../backend/tile.js';
import { tiles } from '../kernel/tiles.js';

/** Ways to make the tiles of a task on the device. */
export type Way = 'product' | 'fused' | 'split';

/**
 * Tiles of a task on the device alone: submitted and waited for, never read, so that only the device's own time counts.
 */
export interface DeviceTiles {
  /** Seconds that the shaders of the fused and of the split way took to compile. */
  readonly compile: Readonly<Record<'fused' | 'split', number>>;
  /** Seconds of one round over all tiles: the mean over at least `enough` seconds. */
  seconds(way: Way, enough: number): Promise<number>;
  /** Seconds of one round by the device's own clock; null unless the device was opened with `timestamp-query`. */
  deviceSeconds(way: Way): Promise<number | null>;
  close(): Promise<void>;
}

interface Parts {
  readonly opened: OpenDevice;
  readonly task: RowTask;
  readonly rows: DeviceRows;
  readonly columns: DeviceRows;
  readonly constants: GPUBuffer;
  readonly slot: Slot;
  readonly size: number;
}

/** A tile with the bindings of its numbers. */
interface Placed {
  readonly range: TileRange;
  readonly buffers: readonly GPUBuffer[];
}

/** All tiles, each with numbers of its own, so that a round over them is one command. */
async function place(parts: Parts, numbers: BufferGroup): Promise<Placed[]> {
  const { opened, task, size, rows, columns, constants, slot } = parts;
  const extent = { rows: task.x.rows, columns: task.z.rows, symmetric: task.symmetric };
  const placed: Placed[] = [];
  for (const range of tiles(extent, size)) {
    const [x, z] = [await rows.chunk(range.row), await columns.chunk(range.column)];
    const mirrored = task.symmetric && range.row !== range.column;
    const fields = tileFields(tileNumbers(task, range, size, [x, z], mirrored));
    const uniform = await numbers.make(fields.byteLength, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    opened.device.queue.writeBuffer(uniform, 0, fields);
    placed.push({
      range,
      buffers: [uniform, x.unit, z.unit, x.factors, z.factors, constants, slot.sums, slot.near],
    });
  }
  return placed;
}

/** Rounds in one command at most: drivers stop commands that run for seconds. */
const ROUNDS_AT_ONCE = 32;

function submit(
  { opened, slot }: Parts,
  placed: readonly Placed[],
  passes: readonly Pass[],
  rounds: number,
  clock: GPUComputePassDescriptor = {},
): void {
  const { device } = opened;
  const work = placed.flatMap(({ range, buffers }) =>
    passes.map(({ pipeline, layout, side }) => ({
      pipeline,
      group: bound(device, layout, buffers),
      size: [Math.ceil(range.columns / side), Math.ceil(range.rows / side)] as const,
    })),
  );
  const encoder = device.createCommandEncoder();
  encoder.clearBuffer(slot.near, 0, 4);
  const pass = encoder.beginComputePass(clock);
  for (let r = 0; r < rounds; r++) {
    for (const { pipeline, group, size } of work) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...size);
    }
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** Goes over all tiles again and again, twice as often each time, until that takes `enough` seconds. */
async function roundSeconds(
  parts: Parts,
  placed: readonly Placed[],
  passes: readonly Pass[],
  enough: number,
): Promise<number> {
  const { opened } = parts;
  for (let repeats = 1; ; repeats *= 2) {
    const start = performance.now();
    for (let left = repeats; left > 0; left -= ROUNDS_AT_ONCE)
      submit(parts, placed, passes, Math.min(left, ROUNDS_AT_ONCE));
    await opened.device.queue.onSubmittedWorkDone();
    if (opened.failure !== null) throw opened.failure;
    const seconds = (performance.now() - start) / 1000;
    if (seconds >= enough) return seconds / repeats;
  }
}

/** One round between two marks of the device's clock, which counts nanoseconds. */
async function markedSeconds(
  parts: Parts,
  placed: readonly Placed[],
  passes: readonly Pass[],
  buffers: BufferGroup,
): Promise<number | null> {
  const { device } = parts.opened;
  if (!device.features.has('timestamp-query')) return null;
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const marks = await buffers.make(16, QUERY_RESOLVE | COPY_SRC);
  const read = await buffers.make(16, COPY_DST | MAP_READ);
  submit(parts, placed, passes, 1, {
    timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
  });
  const encoder = device.createCommandEncoder();
  encoder.resolveQuerySet(querySet, 0, 2, marks, 0);
  encoder.copyBufferToBuffer(marks, 0, read, 0, 16);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const [begin, end] = new BigUint64Array(read.getMappedRange());
  read.unmap();
  querySet.destroy();
  return Number(end - begin) / 1e9;
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}

/**
 * Puts a task on the device as a job does, with tiles of `size`, for the time of its passes alone.
 *
 * Throws BackendError without a device, DeviceFullError when it does not fit.
 */
export async function deviceTiles(task: RowTask, size: number): Promise<DeviceTiles> {
  const opened = await useDevice();
  const single = singleTask(task);
  const shape = slotShape(task.x.features, task.outputs.length, size);
  const { x: rows, z: columns } = taskRows(opened, task, single, shape.size);
  const [fused, fusedSeconds] = await timed(() => passesOf(opened, task, single, true));
  const [split, splitSeconds] = await timed(() => passesOf(opened, task, single, false));
  const buffers = new BufferGroup(opened);
  const slots: Slot[] = [];
  const close = async (): Promise<void> => {
    for (const slot of slots.splice(0)) freeSlot(opened, slot);
    buffers.free();
    await rows.close();
    await columns.close();
  };
  try {
    const constants = await buffers.upload(Float32Array.from(constantsOf(task, single)));
    const slot = await makeSlot(opened, shape);
    slots.push(slot);
    const parts: Parts = { opened, task, rows, columns, constants, slot, size: shape.size };
    const placed = await place(parts, buffers);
    const passes: Readonly<Record<Way, readonly Pass[]>> = {
      product: [fused.product],
      fused: fused.tiles,
      split: split.tiles,
    };
    return {
      compile: { fused: fusedSeconds, split: splitSeconds },
      seconds: (way, enough) => roundSeconds(parts, placed, passes[way], enough),
      deviceSeconds: (way) => markedSeconds(parts, placed, passes[way], buffers),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Bytes per second of `count` rounds of `once`, which moves `bytes`, after one that does not count. */
async function rate(bytes: number, count: number, once: () => Promise<void>): Promise<number> {
  await once();
  const [, seconds] = await timed(async () => {
    for (let k = 0; k < count; k++) await once();
  });
  return (bytes * count) / seconds;
}

/** Bandwidths between host and device, bytes per second. */
export interface Bandwidths {
  readonly upload: number;
  /** One buffer at a time: copied, mapped, given back. */
  readonly read: number;
  /** Three buffers in turn, as a job has them. */
  readonly readThree: number;
  /** As `read`, and copied into the host's memory. */
  readonly readAndCopy: number;
  /** Copies within the device; bytes read and bytes written both count. */
  readonly device: number;
}

/** Measures what the bus carries, with buffers of `bytes`, `count` times each. */
export async function bandwidths(bytes: number, count: number): Promise<Bandwidths> {
  const opened = await useDevice();
  const { device } = opened;
  const { COPY_SRC, COPY_DST, STORAGE, MAP_READ } = GPUBufferUsage;
  const made = new BufferGroup(opened);
  const make = (usage: number): Promise<GPUBuffer> => made.make(bytes, usage);
  const copy = (from: GPUBuffer, to: GPUBuffer): void => {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
    device.queue.submit([encoder.finish()]);
  };
  const host = new Float32Array(bytes / 4).map((_, i) => i % 1013);
  try {
    const [source, other] = [await make(COPY_SRC | COPY_DST | STORAGE), await make(COPY_DST | COPY_SRC | STORAGE)];
    const results = [await make(COPY_DST | MAP_READ), await make(COPY_DST | MAP_READ), await make(COPY_DST | MAP_READ)];
    const fetch = async (buffer: GPUBuffer, use: (values: ArrayBuffer) => void): Promise<void> => {
      copy(source, buffer);
      await buffer.mapAsync(GPUMapMode.READ);
      use(buffer.getMappedRange());
      buffer.unmap();
    };
    const upload = await rate(bytes, count, async () => {
      device.queue.writeBuffer(source, 0, host);
      await device.queue.onSubmittedWorkDone();
    });
    const within = await rate(2 * bytes * 8, count, async () => {
      for (let k = 0; k < 8; k++) copy(source, other);
      await device.queue.onSubmittedWorkDone();
    });
    const ignore = (): void => undefined;
    const read = await rate(bytes, count, () => fetch(results[0], ignore));
    const readAndCopy = await rate(bytes, count, () => fetch(results[0], (v) => host.set(new Float32Array(v))));
    const readThree = await rate(3 * bytes * 4, Math.ceil(count / 4), async () => {
      await Promise.all(
        results.map(async (buffer) => {
          for (let k = 0; k < 4; k++) await fetch(buffer, ignore);
        }),
      );
    });
    return { upload, read, readThree, readAndCopy, device: within };
  } finally {
    made.free();
  }
}
