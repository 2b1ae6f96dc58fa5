import type { JobOptions } from '../../../src/backend/contract.js';
import { deviceTask } from '../../../src/backend/device-task.js';
import type { Output, RowTask } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileData, TileRange } from '../../../src/backend/tile.js';
import { type FloatArray, type Precision, zeros } from '../../../src/data/array.js';
import { InternalError, InterruptedError } from '../../../src/errors.js';
import { nextTask } from '../../../src/platform/tasks.js';
import type { Engine } from '../engine.js';
import { explained } from '../explained.js';
import { Slots } from '../slots.js';
import type { Tensor, Tensors } from '../tensors.js';
import { correlation, disposeValue, positive, type Value } from '../values.js';
import { listColumns, type PairColumns, tileColumns } from './columns.js';
import { runBody, type TensorInstructions, tensorInstructions } from './instructions.js';
import { batches, findNear, type NearPairs, nearRadial, nearSource } from './near-duplicates.js';
import { disposePanel, innerProducts, type Panel, uploadPanel } from './product.js';
import { lookUp, type TensorTable, uploadTable } from './table.js';
import { mirror, transpose } from './transpose.js';

/** Milliseconds of work after which signals and progress are let through. */
const PATIENCE = 50;
/** Near-duplicate pairs that are computed together. */
const MOST_NEAR = 2 ** 16;

/** Entries of some pairs, in the order of the task's outputs; null where the kernel is 0. */
type Entries = readonly (Tensor | null)[];

/** A finished tile on the device: its entries, and those of its near-duplicate pairs by their places. */
interface Finished {
  readonly entries: Entries;
  readonly near: readonly { readonly places: Int32Array; readonly entries: Entries }[];
}

function free({ entries, near }: Finished): void {
  for (const tensor of [...entries, ...near.flatMap((n) => n.entries)]) tensor?.dispose();
}

/**
 * Tiles of one task as tensor operations; on a device of its own two at a time, so that one is stored while the next is
 * computed.
 */
export class TensorJob implements KernelJob {
  readonly concurrency: number;
  nearPairs = 0;
  readonly #engine: Engine;
  readonly #tf: Tensors;
  readonly #task: RowTask;
  readonly #body: TensorInstructions;
  readonly #table: TensorTable | null;
  readonly #rows: readonly [number, number];
  readonly #finished = new Set<Finished>();
  readonly #working = new Set<Promise<Finished>>();
  readonly #slots: Slots;
  #left: Panel | null = null;
  #right: Panel | null = null;
  #rested = performance.now();

  constructor(engine: Engine, task: RowTask) {
    this.#engine = engine;
    this.#task = task;
    this.#rows = [task.x.rows, task.z.rows];
    this.#body = tensorInstructions(deviceTask(task, task.precision), ...this.#rows);
    engine.use();
    this.#tf = engine.tensors(task.precision);
    this.#table = uploadTable(this.#tf, task);
    this.concurrency = engine.device === null ? 1 : 2;
    this.#slots = new Slots(this.concurrency);
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    await this.#slots.take();
    const work = this.#tile(range);
    this.#working.add(work);
    try {
      const finished = await work;
      this.#finished.add(finished);
      return this.#handle(range, transposed, finished);
    } catch (error) {
      this.#slots.give();
      throw explained(error, this.#engine);
    } finally {
      this.#working.delete(work);
    }
  }

  async close(): Promise<void> {
    this.#slots.close();
    await Promise.allSettled(this.#working);
    for (const finished of this.#finished) free(finished);
    this.#finished.clear();
    for (const panel of [this.#left, this.#right]) if (panel !== null) disposePanel(panel);
    this.#left = null;
    this.#right = null;
    this.#table?.dispose();
  }

  #handle(range: TileRange, transposed: boolean, finished: Finished): Tile {
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      if (this.#finished.delete(finished)) free(finished);
      this.#slots.give();
    };
    return { range, release, read: (output) => this.#read(range, output, transposed, finished) };
  }

  /**
   * Lets the event loop run where it is due, and makes sure that the job is still wanted and its tfjs backend the
   * chosen one.
   */
  readonly #pause = async (): Promise<void> => {
    if (performance.now() - this.#rested > PATIENCE) {
      await nextTask();
      this.#rested = performance.now();
    }
    if (this.#slots.closed) throw new InterruptedError();
    this.#engine.use();
  };

  /** The last panels stay: tiles come row by row. */
  #panels(range: TileRange): readonly [Panel, Panel] {
    const tf = this.#tf;
    const panel = (old: Panel | null, row: number, rows: number, side: 'left' | 'right'): Panel => {
      if (old !== null && old.row === row && old.rows === rows) return old;
      if (old !== null) disposePanel(old);
      return uploadPanel(tf, side === 'left' ? this.#task.x : this.#task.z, row, rows, side);
    };
    const left = panel(this.#left, range.row, range.rows, 'left');
    const right = panel(this.#right, range.column, range.columns, 'right');
    [this.#left, this.#right] = [left, right];
    return [left, right];
  }

  async #tile(range: TileRange): Promise<Finished> {
    await this.#pause();
    const tf = this.#tf;
    const single = this.#body.single;
    const u = innerProducts(tf, ...this.#panels(range));
    let source: Value | null = null;
    const near: { places: Int32Array; entries: Entries }[] = [];
    let entries: Entries = [];
    try {
      source = { below: tf.tidy(() => positive(tf, tf.sub(1, u))), above: tf.tidy(() => positive(tf, tf.add(1, u))) };
      entries = await this.#entries(source, tileColumns(tf, single, range, this.#rows));
      // Only now, so that nothing is waited for between the product and the finished entries.
      const { pairs, redone } = await findNear(tf, this.#task, range, u, this.#onDiagonal(range));
      for (const batch of batches(pairs, MOST_NEAR)) near.push(await this.#nearEntries(batch));
      this.nearPairs += redone;
      return { entries, near };
    } catch (error) {
      free({ entries, near });
      throw error;
    } finally {
      u.dispose();
      if (source !== null) disposeValue(source);
    }
  }

  async #nearEntries(pairs: NearPairs): Promise<{ places: Int32Array; entries: Entries }> {
    const tf = this.#tf;
    await this.#pause();
    const { radial, outputs } = this.#task;
    if (radial !== null) {
      return { places: pairs.places, entries: outputs.map(() => nearRadial(tf, radial, this.#task, pairs)) };
    }
    const source = nearSource(tf, pairs);
    try {
      const columns = listColumns(tf, this.#body.single, pairs.i, pairs.j, this.#rows);
      return { places: pairs.places, entries: await this.#entries(source, columns) };
    } finally {
      disposeValue(source);
    }
  }

  /** From first correlations to entries of the kernels. */
  async #entries(source: Value, columns: PairColumns): Promise<Entries> {
    const tf = this.#tf;
    const { outputs } = this.#task;
    const made: (Tensor | null)[] = [];
    const scaled = (values: readonly (Value | null)[]): void => {
      tf.tidy(() => {
        values.forEach((value, k) => void made.push(value && this.#entry(value, columns, k)));
        return made.filter((tensor) => tensor !== null);
      });
    };
    if (this.#table !== null) {
      const table = this.#table;
      await this.#pause();
      tf.tidy(() => {
        scaled(lookUp(tf, table, source));
        return made.filter((tensor) => tensor !== null);
      });
      return made;
    }
    const values = await runBody(tf, this.#body, columns, source, this.#pause);
    try {
      scaled(outputs.map((output) => values[output]));
    } finally {
      values.free();
    }
    return made;
  }

  /** K = sqrt(K(x,x) K(z,z)) u; adding 0 makes 0 of -0. */
  #entry(value: Value, columns: PairColumns, output: number): Tensor {
    const tf = this.#tf;
    const scale = tf.mul(columns.scaleX(output), columns.scaleZ(output));
    return tf.add(tf.mul(scale, correlation(tf, value)), 0);
  }

  #onDiagonal(range: TileRange): boolean {
    return this.#task.symmetric && range.row === range.column && range.rows === range.columns;
  }

  async #read(range: TileRange, output: Output, transposed: boolean, finished: Finished): Promise<TileData> {
    if (!this.#finished.has(finished)) {
      throw this.#slots.closed ? new InterruptedError() : new InternalError('a tile is read after its release');
    }
    this.#engine.use();
    const which = this.#task.outputs.indexOf(output);
    const tensor = finished.entries[which];
    if (tensor === null) return zeroTile(range, transposed, this.#tf.precision);
    const stride = tensor.shape[1] ?? 0;
    const values = await this.#tf.read(tensor);
    for (const { places, entries } of finished.near) {
      const of = entries[which];
      if (of === null) continue;
      const found = await this.#tf.read(of);
      for (const [k, place] of places.entries()) values[place] = found[k];
    }
    if (this.#onDiagonal(range)) mirror(values, range.rows, stride);
    const flipped = transposed ? transpose(values, range, stride) : null;
    return { values, stride, transposed: flipped, transposedStride: range.rows };
  }
}

function zeroTile({ rows, columns }: TileRange, transposed: boolean, precision: Precision): TileData {
  const tile = (): FloatArray => zeros(rows * columns, precision);
  return { values: tile(), stride: columns, transposed: transposed ? tile() : null, transposedStride: rows };
}

/** Opens a task on an engine. */
export async function openJob(engine: Engine, task: RowTask, _options: JobOptions): Promise<TensorJob> {
  return new TensorJob(engine, task);
}
