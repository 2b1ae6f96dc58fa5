import type { JobOptions } from '../../../src/backend/contract.js';
import { deviceTask } from '../../../src/backend/device-task.js';
import type { Output, RowTask } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileData, TileRange, TileSums, VectorBlock } from '../../../src/backend/tile.js';
import { type FloatArray, type Precision, zeros } from '../../../src/data/array.js';
import { DeviceFullError, InternalError, InterruptedError } from '../../../src/errors.js';
import { nextTask } from '../../../src/platform/tasks.js';
import type { Engine } from '../engine.js';
import { explained } from '../explained.js';
import { Slots } from '../slots.js';
import type { Tensor, Tensors } from '../tensors.js';
import { correlation, disposeValue, positive, type Value } from '../values.js';
import { listColumns, type PairColumns, tileColumns } from './columns.js';
import { type Entries, type Finished, free, joined, type Parts } from './entries.js';
import { runBody, type TensorInstructions, tensorInstructions } from './instructions.js';
import { batches, findNear, leastInRows, type NearPairs, nearRadial, nearSource } from './near-duplicates.js';
import { disposePanel, innerProducts, type Panel, uploadPanel } from './product.js';
import { type Folded, foldedProducts, foldedSides, lookUp, type TensorTable, uploadTable } from './table.js';
import { TileProducts } from './tile-products.js';
import { mirror, transpose } from './transpose.js';

/** Milliseconds of work after which signals and progress are let through. */
const PATIENCE = 50;
/** Near-duplicate pairs that are computed together. */
const MOST_NEAR = 2 ** 16;
/**
 * Entries of a tile that go through its body together: on a processor as many as stay in its caches, on a device as
 * many as hide what a call costs. Where its memory is too small for them, halves are tried, down to `least`.
 */
export const AT_ONCE = { processor: 2 ** 19, device: 2 ** 24, least: 2 ** 16 } as const;

/**
 * Tiles of one task as tensor operations; on a device of its own two at a time, so that one is stored while the next is
 * computed.
 */
export class TensorJob implements KernelJob {
  readonly concurrency: number;
  nearPairs = 0;
  /** Where tiles can be multiplied on the device. */
  readonly multiply?: (range: TileRange, output: Output, vectors: VectorBlock) => Promise<TileSums>;
  readonly #engine: Engine;
  readonly #tf: Tensors;
  readonly #task: RowTask;
  readonly #body: TensorInstructions;
  readonly #table: TensorTable | null;
  readonly #rows: readonly [number, number];
  /** Of each output whether a row has the self-kernel 0. */
  readonly #hasZeros: readonly boolean[];
  readonly #finished = new Set<Finished>();
  readonly #working = new Set<Promise<Finished>>();
  readonly #slots: Slots;
  #atOnce: number;
  readonly #panels: Record<'left' | 'right', Panel | null> = { left: null, right: null };
  #rested = performance.now();

  constructor(engine: Engine, task: RowTask) {
    this.#engine = engine;
    this.#task = task;
    this.#rows = [task.x.rows, task.z.rows];
    this.#hasZeros = task.outputs.map((output) => [task.x, task.z].some(({ scales }) => scales[output]?.includes(0)));
    this.#body = tensorInstructions(deviceTask(task, task.precision), ...this.#rows);
    engine.use();
    this.#tf = engine.tensors(task.precision);
    this.#table = uploadTable(this.#tf, task);
    this.concurrency = engine.device === null ? 1 : 2;
    this.#atOnce = AT_ONCE[engine.device === null ? 'processor' : 'device'];
    this.#slots = new Slots(this.concurrency);
    const products = TileProducts.of(engine);
    if (products !== null) this.multiply = (...args) => this.#multiply(products, ...args);
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    return this.#handle(range, transposed, await this.#finish(range));
  }

  /** A finished tile, which takes a slot. */
  async #finish(range: TileRange): Promise<Finished> {
    await this.#slots.take();
    const work = this.#tile(range);
    this.#working.add(work);
    try {
      const finished = await work;
      this.#finished.add(finished);
      return finished;
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
    for (const panel of Object.values(this.#panels)) if (panel !== null) disposePanel(panel);
    Object.assign(this.#panels, { left: null, right: null });
    this.#table?.dispose();
  }

  #release(finished: Finished): void {
    if (this.#finished.delete(finished)) free(finished);
    this.#slots.give();
  }

  #handle(range: TileRange, transposed: boolean, finished: Finished): Tile {
    let held = true;
    const release = (): void => {
      if (held) this.#release(finished);
      held = false;
    };
    const read = async (output: Output): Promise<TileData> => {
      try {
        return await this.#read(range, output, transposed, finished);
      } catch (error) {
        throw explained(error, this.#engine);
      }
    };
    return { range, release, read };
  }

  async #multiply(products: TileProducts, range: TileRange, output: Output, vectors: VectorBlock): Promise<TileSums> {
    const finished = await this.#finish(range);
    try {
      if (this.#slots.closed) throw new InterruptedError();
      const which = this.#task.outputs.indexOf(output);
      const near = finished.near.map(({ places, entries }) => ({ places, entries: entries[which] }));
      const tile = { whole: finished.entries[which], near, onDiagonal: this.#onDiagonal(range) };
      return products.sums(range, tile, vectors);
    } catch (error) {
      throw explained(error, this.#engine);
    } finally {
      this.#release(finished);
    }
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

  /** The last panel of a side stays: tiles come row by row. */
  #panel(side: 'left' | 'right', row: number, rows: number): Panel {
    const old = this.#panels[side];
    if (old !== null && old.row === row && old.rows === rows) return old;
    this.#panels[side] = null;
    if (old !== null) disposePanel(old);
    const made = uploadPanel(this.#tf, side === 'left' ? this.#task.x : this.#task.z, row, rows, side);
    this.#panels[side] = made;
    return made;
  }

  async #tile(range: TileRange): Promise<Finished> {
    await this.#pause();
    const tf = this.#tf;
    const u = innerProducts(
      tf,
      this.#panel('left', range.row, range.rows),
      this.#panel('right', range.column, range.columns),
    );
    const near: { places: Int32Array; entries: Entries }[] = [];
    let done: Parts = { entries: [], least: [] };
    try {
      done = await this.#inParts(range, u);
      // Only now, so that nothing is waited for between the product and the finished entries.
      const { pairs, redone } = await findNear(tf, this.#task, range, { u, ...done }, this.#onDiagonal(range));
      for (const batch of batches(pairs, MOST_NEAR)) near.push(await this.#nearEntries(batch));
      this.nearPairs += redone;
      return { entries: done.entries, near };
    } catch (error) {
      free({ entries: done.entries, near });
      throw error;
    } finally {
      for (const tensor of [u, ...done.least]) tensor.dispose();
    }
  }

  /** The entries of a tile from its inner products, fewer of its rows at a time where the device is full. */
  async #inParts(range: TileRange, u: Tensor): Promise<Parts> {
    for (;;) {
      const step = Math.max(1, Math.min(range.rows, Math.floor(this.#atOnce / u.shape[1])));
      try {
        return await this.#rowsAtOnce(range, u, step);
      } catch (error) {
        const half = (step * u.shape[1]) / 2;
        if (!(explained(error, this.#engine) instanceof DeviceFullError) || half < AT_ONCE.least) throw error;
        this.#atOnce = half;
      }
    }
  }

  async #rowsAtOnce(range: TileRange, u: Tensor, step: number): Promise<Parts> {
    const tf = this.#tf;
    const width = u.shape[1];
    const parts: Entries[] = [];
    const least: Tensor[] = [];
    try {
      for (let at = 0; at < range.rows; at += step) {
        const rows = Math.min(step, range.rows - at);
        const [some, distance] = tf.tidy(() => {
          const found = rows === range.rows ? tf.clone(u) : tf.slice(u, [at, 0], [rows, width]);
          return [found, tf.cosineDistance(found)];
        });
        try {
          parts.push(await this.#part({ ...range, row: range.row + at, rows }, some, distance));
          least.push(leastInRows(tf, distance, at, this.#onDiagonal(range)));
        } finally {
          some.dispose();
          distance.dispose();
        }
      }
      return { entries: parts.length === 1 ? parts.splice(0)[0] : joined(tf, parts), least };
    } catch (error) {
      for (const tensor of least) tensor.dispose();
      throw error;
    } finally {
      for (const entries of parts) for (const tensor of entries) tensor?.dispose();
    }
  }

  /** The entries of some rows of a tile from their inner products. */
  async #part(range: TileRange, u: Tensor, distance: Tensor): Promise<Entries> {
    const tf = this.#tf;
    const columns = tileColumns(tf, this.#body.single, range, this.#rows);
    if (this.#table !== null) return this.#byTable(this.#table, columns, () => foldedProducts(tf, u, distance));
    const source = tf.tidy(() => ({ below: positive(tf, tf.sub(1, u)), above: positive(tf, tf.add(1, u)) }));
    try {
      return await this.#byBody(source, columns);
    } finally {
      disposeValue(source);
    }
  }

  async #nearEntries(pairs: NearPairs): Promise<{ places: Int32Array; entries: Entries }> {
    const tf = this.#tf;
    await this.#pause();
    const { radial, outputs } = this.#task;
    if (radial !== null) {
      const entries = tf.tidy(() => outputs.map(() => nearRadial(tf, radial, this.#task, pairs)));
      return { places: pairs.places, entries };
    }
    const source = nearSource(tf, pairs);
    try {
      const columns = listColumns(tf, this.#body.single, pairs.i, pairs.j, this.#rows);
      const entries =
        this.#table === null
          ? await this.#byBody(source, columns)
          : await this.#byTable(this.#table, columns, () => foldedSides(tf, source));
      return { places: pairs.places, entries };
    } finally {
      disposeValue(source);
    }
  }

  async #byTable(table: TensorTable, columns: PairColumns, source: () => Folded): Promise<Entries> {
    await this.#pause();
    return this.#tf.tidy(() => this.#scaled(lookUp(this.#tf, table, source()), columns));
  }

  async #byBody(source: Value, columns: PairColumns): Promise<Entries> {
    const values = await runBody(this.#tf, this.#body, columns, source, this.#pause);
    try {
      const correlationOf = (value: Value | null): Tensor | null => value && correlation(this.#tf, value);
      return this.#tf.tidy(() =>
        this.#scaled(
          this.#task.outputs.map((output) => correlationOf(values[output])),
          columns,
        ),
      );
    } finally {
      values.free();
    }
  }

  /** K = sqrt(K(x,x) K(z,z)) u */
  #scaled(correlations: readonly (Tensor | null)[], columns: PairColumns): Entries {
    const tf = this.#tf;
    return correlations.map((u, k) => {
      if (u === null) return null;
      // By the product of both, which is the same for (x, z) and (z, x).
      const entry = tf.mul(u, tf.mul(columns.scaleX(k), columns.scaleZ(k)));
      // Adding 0 makes 0 of -0, which only a row without a kernel can give.
      return this.#hasZeros[k] ? tf.add(entry, 0) : entry;
    });
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
  try {
    return new TensorJob(engine, task);
  } catch (error) {
    throw explained(error, engine);
  }
}
