import { type FloatArray, inSharedMemory, type Precision } from '../../data/array.js';
import { InternalError } from '../../errors.js';
import { HAS_THREADS } from '../../platform/thread.js';
import type { ExpectedSize } from '../contract.js';
import type { Slot, Slots } from '../executors.js';
import { NEAR_THRESHOLD } from '../near-duplicates.js';
import type { Output, RowSet, RowTask } from '../tasks.js';
import type { KernelJob, Tile, TileData, TileRange, TileSums, VectorBlock } from '../tile.js';
import { type Column, factorColumns } from './columns.js';
import { type Layout, type LayoutInput, layOut, type Room } from './layout.js';
import type { SharedRows, TileAnswer, TileJob, TileRequest } from './tile.js';

/** Multiply-adds below which threads are not worth their start: the work is done on the calling thread. */
const SMALL_JOB = 5e8;

type TileSlot = Slot<TileRequest, TileAnswer>;

/** Tiles of one task, spread over executors with two result sets each. */
export class TiledRows implements KernelJob {
  readonly concurrency: number;
  nearPairs = 0;
  readonly #slots: Slots<TileRequest, TileAnswer>;
  readonly #task: RowTask;
  readonly #layout: Layout;
  readonly #working: Precision;

  constructor(task: RowTask, job: TileJob, slots: Slots<TileRequest, TileAnswer>) {
    this.#task = task;
    this.#layout = job.layout;
    this.#working = job.precision;
    this.#slots = slots;
    this.concurrency = slots.count;
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    return this.#tile(range, transposed, false);
  }

  /** The matrix product of a tile alone, for `ntk bench`. */
  async computeProduct(range: TileRange): Promise<Tile> {
    return this.#tile(range, false, true);
  }

  async multiply(range: TileRange, output: Output, vectors: VectorBlock): Promise<TileSums> {
    const slot = await this.#slots.take();
    try {
      const multiply = { output: this.#task.outputs.indexOf(output), vectors };
      const request = { range, set: slot.set, transposed: false, productOnly: false, multiply };
      const { near, sums } = await slot.executor.run(request);
      this.nearPairs += near;
      if (sums === null) throw new InternalError('a thread left the products out');
      return sums;
    } finally {
      this.#slots.give(slot);
    }
  }

  async #tile(range: TileRange, transposed: boolean, productOnly: boolean): Promise<Tile> {
    const slot = await this.#slots.take();
    const { near } = await slot.executor.run({ range, set: slot.set, transposed, productOnly, multiply: null });
    this.nearPairs += near;
    const release = this.#slots.release(slot);
    return { range, release, read: async (output: Output) => this.#data(slot, range, output, transposed) };
  }

  async close(): Promise<void> {
    await this.#slots.close();
  }

  #data(slot: TileSlot, range: TileRange, output: Output, transposed: boolean): TileData {
    const which = this.#task.outputs.indexOf(output);
    const { results, transposed: flipped, stride } = this.#layout;
    const { buffer } = slot.executor.memory;
    const view = (at: number, rows: number): FloatArray => {
      if (this.#working === 'f32') return new Float32Array(buffer, at, rows * stride);
      const values = new Float64Array(buffer, at, rows * stride);
      return this.#task.precision === 'f64' ? values : Float32Array.from(values);
    };
    return {
      values: view(results[slot.set][which], range.rows),
      stride,
      transposed: transposed ? view(flipped[slot.set][which], range.columns) : null,
      transposedStride: stride,
    };
  }
}

function shared(rows: RowSet, columns: readonly Column[], task: RowTask): SharedRows {
  const { data, unit, norms } = rows;
  return {
    data: inSharedMemory(data),
    unit,
    norms: inSharedMemory(norms),
    rows: rows.rows,
    columns: factorColumns(columns, rows, task),
  };
}

/**
 * Steps from which rounding in f32 would add up beyond the tolerance: such bodies run in f64 and are rounded at the
 * end.
 */
const DEEP = 400;

/** The precision in which bodies are run whose result is delivered in `precision`. */
export function workingPrecision(precision: Precision, steps: number, table: boolean): Precision {
  return !table && steps > DEEP ? 'f64' : precision;
}

/** The task in the precision in which it is computed. */
export function workingTask(asked: RowTask): RowTask {
  return { ...asked, precision: workingPrecision(asked.precision, asked.programme.steps.length, asked.table !== null) };
}

/** What decides how a job is laid out beside its task. */
export interface TileOptions {
  /** Side of a tile, a multiple of the panels. */
  readonly size: number;
  /** Paths of the BLAS that computes inner products, or null. */
  readonly native: readonly string[] | null;
  /** Factor columns that the body reads. */
  readonly columns: readonly Column[];
  /** Memory, of which the backend has taken what it needs itself. */
  readonly room: Room;
}

/** What computes the tiles of `task`, which is `asked` in working precision. */
export function tileJob(asked: RowTask, task: RowTask, { size, native, columns, room }: TileOptions): TileJob {
  const x = shared(task.x, columns, task);
  const z = asked.z === asked.x ? x : shared(task.z, columns, task);
  const tables = tablesOf(task);
  const input: LayoutInput = {
    precision: task.precision,
    size,
    features: task.x.features,
    outputs: task.outputs.length,
    columns: columns.length,
    tableBytes: Math.max(0, ...tables.map((t) => t.byteLength)),
  };
  const { symmetric, radial, outputs, precision } = task;
  const threshold = NEAR_THRESHOLD[asked.precision];
  const rows = { features: task.x.features, symmetric, radial, x, z };
  const layout = layOut(input, room);
  return {
    precision,
    threshold,
    outputs: outputs.length,
    ...rows,
    columnCount: columns.length,
    tables,
    layout,
    native,
  };
}

function tablesOf(task: RowTask): FloatArray[] {
  const { table, precision } = task;
  if (table === null) return [];
  return task.outputs.map((output) => {
    const coefficients = table[output] ?? new Float64Array(0);
    return precision === 'f64' ? coefficients : Float32Array.from(coefficients);
  });
}

/** What a pair costs beside its inner product where there is a table, in multiply-adds. */
const TABLE_COST = 20;

/** Rough cost of a task in multiply-adds. */
function cost(task: RowTask): number {
  const pairs = task.x.rows * task.z.rows;
  const body = task.table === null ? 30 * task.programme.steps.length : TABLE_COST;
  return pairs * (task.x.features + body);
}

/** Whether a task is worth threads. */
export function isWorthThreads(task: RowTask): boolean {
  return HAS_THREADS && cost(task) >= SMALL_JOB;
}

/** Whether a task of that size is worth threads whatever its network is. */
export function isExpectedLarge({ rows, columns, features }: ExpectedSize): boolean {
  return HAS_THREADS && rows * columns * (features + TABLE_COST) >= SMALL_JOB;
}
