import type { JobOptions } from '../../../src/backend/contract.js';
import { localExecutor, type Slot, Slots, threadExecutor } from '../../../src/backend/executors.js';
import { NEAR_THRESHOLD } from '../../../src/backend/near-duplicates.js';
import type { Output, RowSet, RowTask } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileData, TileRange, TileSums, VectorBlock } from '../../../src/backend/tile.js';
import { createMemory } from '../../../src/backend/tile-memory.js';
import { type FloatArray, inSharedMemory, type Precision } from '../../../src/data/array.js';
import { InternalError } from '../../../src/errors.js';
import { packageFile } from '../../../src/platform/package-files.js';
import { HAS_THREADS } from '../../../src/platform/thread.js';
import { compileModule } from '../module.js';
import { ANGLE_DEGREE } from '../polynomials.js';
import { factorColumns } from './columns.js';
import { type Code, encode } from './encode.js';
import { type Layout, layOut } from './layout.js';
import { type SharedRows, type TileAnswer, TileEngine, type TileJob, type TileRequest } from './tile.js';

/** Multiply-adds below which threads are not worth their start: the work is done on the calling thread. */
const SMALL_JOB = 5e8;

type TileSlot = Slot<TileRequest, TileAnswer>;

/** Tiles of one task, spread over executors with two result sets each. */
class HostJob implements KernelJob {
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
      if (sums === null) throw new InternalError('a host thread left the products out');
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

function shared(rows: RowSet, code: Code, task: RowTask): SharedRows {
  const { data, unit, norms } = rows;
  return {
    data: inSharedMemory(data),
    unit,
    norms: inSharedMemory(norms),
    rows: rows.rows,
    columns: factorColumns(code.columns, rows, task),
  };
}

/**
 * Steps from which rounding in f32 would add up beyond the tolerance: such bodies run in f64 and are rounded at the
 * end.
 */
const DEEP = 400;

/** The precision in which the host computes what is delivered in `precision`. */
export function workingPrecision(precision: Precision, steps: number, table: boolean): Precision {
  return !table && steps > DEEP ? 'f64' : precision;
}

function prepare(asked: RowTask, size: number, native: readonly string[] | null): TileJob {
  const precision = workingPrecision(asked.precision, asked.programme.steps.length, asked.table !== null);
  const task = { ...asked, precision };
  const code = encode(task);
  const x = shared(task.x, code, task);
  const z = asked.z === asked.x ? x : shared(task.z, code, task);
  const tables = tablesOf(task);
  const layout = layOut({
    precision: task.precision,
    size,
    features: task.x.features,
    outputs: task.outputs.length,
    columns: code.columns.length,
    slots: code.slots,
    words: code.words.length,
    constants: code.constants.length,
    tableBytes: Math.max(0, ...tables.map((t) => t.byteLength)),
    polynomialBytes: (ANGLE_DEGREE[task.precision] + 1) * 16,
  });
  const {
    symmetric,
    radial,
    outputs,
    x: { features },
  } = task;
  const threshold = NEAR_THRESHOLD[asked.precision];
  const rows = { features, symmetric, radial, x, z };
  return { precision, threshold, outputs: outputs.length, ...rows, code, tables, layout, native };
}

function tablesOf(task: RowTask): FloatArray[] {
  const { table, precision } = task;
  if (table === null) return [];
  return task.outputs.map((output) => {
    const coefficients = table[output] ?? new Float64Array(0);
    return precision === 'f64' ? coefficients : Float32Array.from(coefficients);
  });
}

/** Rough cost of a task in multiply-adds. */
function cost(task: RowTask): number {
  const pairs = task.x.rows * task.z.rows;
  const body = task.table === null ? 30 * task.programme.steps.length : 20;
  return pairs * (task.x.features + body);
}

/** Opens a task; a small one stays on the calling thread. */
export async function openRows(task: RowTask, { threads, tile, native = null }: JobOptions): Promise<HostJob> {
  const size = Math.ceil(Math.max(tile[0], tile[1]) / 24) * 24;
  const job = prepare(task, size, native?.paths ?? null);
  const module = compileModule();
  const small = !HAS_THREADS || cost(task) < SMALL_JOB;
  const memory = (): WebAssembly.Memory => createMemory(job.layout.bytes);
  const thread = (): ReturnType<typeof threadExecutor<TileRequest, TileAnswer>> =>
    threadExecutor(packageFile('dist/kernels/host/rows/worker.js'), memory(), { module, job });
  const executors = small
    ? [localExecutor(new TileEngine(module, memory(), job, native))]
    : Array.from({ length: threads }, thread);
  return new HostJob(task, job, new Slots(executors));
}
