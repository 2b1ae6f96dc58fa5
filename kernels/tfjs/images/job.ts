import { type PreparedImages, prepareImages, type SharedImages } from '../../../src/backend/images/prepare.js';
import type { ImageTask, Output } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileData, TileRange } from '../../../src/backend/tile.js';
import { type FloatArray, zeros } from '../../../src/data/array.js';
import { InternalError, InterruptedError } from '../../../src/errors.js';
import { nextTask } from '../../../src/platform/tasks.js';
import { entryBeyondRange } from '../../../src/programme/range.js';
import type { Engine } from '../engine.js';
import { explained } from '../explained.js';
import { LANES, padded } from '../rows/columns.js';
import { mirror, transpose } from '../rows/transpose.js';
import { Slots } from '../slots.js';
import { rectangleBlock } from './block.js';
import type { ImageSide } from './factors.js';
import { ImageRunner, pooledOn } from './runner.js';

/** Milliseconds of work after which signals and progress are let through. */
const PATIENCE = 50;
/** Images of z along a block, if there are as many. */
const WIDTH = 64;

/** Tiles of a task on images as tensor operations, one at a time. */
export class ImageTensorJob implements KernelJob {
  readonly concurrency = 1;
  readonly nearPairs = 0;
  readonly #engine: Engine;
  readonly #job: PreparedImages;
  readonly #runner: ImageRunner;
  readonly #slots = new Slots(1);
  #working: Promise<unknown> = Promise.resolve();
  #left: ImageSide | null = null;
  #right: ImageSide | null = null;
  #rested = performance.now();

  constructor(engine: Engine, task: ImageTask) {
    this.#engine = engine;
    this.#job = prepareImages(task, pooledOn(engine));
    this.#runner = new ImageRunner(engine, this.#job);
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    await this.#slots.take();
    try {
      const work = this.#tile(range);
      this.#working = work.catch(() => undefined);
      return this.#handle(range, transposed, await work);
    } catch (error) {
      this.#slots.give();
      throw explained(error, this.#engine);
    }
  }

  async close(): Promise<void> {
    this.#slots.close();
    await this.#working;
    this.#left = null;
    this.#right = null;
  }

  #handle(range: TileRange, transposed: boolean, results: readonly FloatArray[]): Tile {
    let held = true;
    const release = (): void => {
      if (held) this.#slots.give();
      held = false;
    };
    const read = async (output: Output): Promise<TileData> => {
      if (this.#slots.closed) throw new InterruptedError();
      if (!held) throw new InternalError('a tile is read after its release');
      const values = results[this.#job.outputs.indexOf(output)];
      const flipped = transposed ? transpose(values, range, range.columns) : null;
      return { values, stride: range.columns, transposed: flipped, transposedStride: range.rows };
    };
    return { range, release, read };
  }

  /**
   * Lets the event loop run where it is due, and makes sure that the job is still wanted and its tfjs backend the
   * chosen one.
   */
  async #pause(): Promise<void> {
    if (performance.now() - this.#rested > PATIENCE) {
      await nextTask();
      this.#rested = performance.now();
    }
    if (this.#slots.closed) throw new InterruptedError();
    this.#engine.use();
  }

  /** The last sides stay: tiles come row by row. */
  #side(old: ImageSide | null, set: SharedImages, from: number, count: number): ImageSide {
    return old !== null && old.from === from && old.count === count ? old : this.#runner.factors.side(set, from, count);
  }

  async #tile(range: TileRange): Promise<FloatArray[]> {
    await this.#pause();
    const { symmetric, outputs, x, z, precision } = this.#job;
    this.#left = this.#side(this.#left, x, range.row, range.rows);
    this.#right = this.#side(this.#right, z, range.column, range.columns);
    const columns = this.#runner.factors.columns(this.#left, this.#right);
    const results = outputs.map(() => zeros(range.rows * range.columns, precision));
    const upper = symmetric && range.row === range.column && range.rows === range.columns;
    for (const [row, column, rows, width] of blocksOf(range, this.#runner.pairs, upper)) {
      const block = rectangleBlock(columns, [row, rows], [column, width]);
      const placed = { row, column, rows, columns: width, stride: block.shape[1] };
      const take = (which: number, numbers: ArrayLike<number>): void =>
        this.#put(results[which], numbers, placed, which, range);
      for (const _ of this.#runner.run(block, take)) await this.#pause();
    }
    if (upper) for (const values of results) mirror(values, range.rows, range.columns);
    return results;
  }

  /** What brings an output to its entries: the exponent of its value, unless that belongs to the scales. */
  #unit(which: number): number {
    const { outputs, programme, exponents, normalized } = this.#job;
    const id = programme[outputs[which]];
    return id === null || normalized ? 1 : 4 ** exponents[id];
  }

  /**
   * Brings the entries of a block to their places in a tile; adding 0 makes 0 of -0. @throws NumericalError for one
   * beyond the precision
   */
  #put(values: FloatArray, numbers: ArrayLike<number>, at: Placed, which: number, range: TileRange): void {
    const unit = this.#unit(which);
    const [a, b] = [this.#job.x.scales[which], this.#job.z.scales[which]];
    for (let i = 0; i < at.rows; i++) {
      for (let j = 0; j < at.columns; j++) {
        const factor = a === null || b === null ? 1 : a[range.row + at.row + i] * b[range.column + at.column + j];
        const place = (at.row + i) * range.columns + at.column + j;
        values[place] = numbers[i * at.stride + j] * unit * factor + 0;
        if (!(Math.abs(values[place]) < Infinity)) throw entryBeyondRange(this.#job.precision);
      }
    }
  }
}

/** Where the entries of a block lie in a tile, and how far its rows are apart. */
interface Placed extends TileRange {
  readonly stride: number;
}

/**
 * Blocks `[row, column, rows, columns]` of a tile, counted in it, with at most `pairs` pairs; of an `upper` one none
 * below the diagonal.
 */
function* blocksOf(
  { rows, columns }: TileRange,
  pairs: number,
  upper: boolean,
): Generator<readonly [number, number, number, number]> {
  const width = Math.min(padded(columns), WIDTH, Math.max(LANES, pairs));
  const height = Math.max(1, Math.floor(pairs / width));
  for (let row = 0; row < rows; row += height) {
    for (let column = 0; column < columns; column += width) {
      const [h, w] = [Math.min(height, rows - row), Math.min(width, columns - column)];
      if (!upper || column + w > row) yield [row, column, h, w];
    }
  }
}

/** Opens a task on images on an engine. */
export async function openImageJob(engine: Engine, task: ImageTask): Promise<ImageTensorJob> {
  engine.use();
  try {
    return new ImageTensorJob(engine, task);
  } catch (error) {
    throw explained(error, engine);
  }
}
