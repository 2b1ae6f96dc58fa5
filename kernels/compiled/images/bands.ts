import type { Executor } from '../../../src/backend/executors.js';
import type { ImageAnswer, ImageResults } from '../../../src/backend/images/job.js';
import { Places } from '../../../src/backend/places.js';
import type { Output } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileData, TileRange } from '../../../src/backend/tile.js';
import { allocate, type FloatArray } from '../../../src/data/array.js';
import { InterruptedError } from '../../../src/errors.js';
import { entryBeyondRange } from '../../../src/programme/range.js';
import type { BandRequest } from './engine.js';

/** What the tiles of a job are cut by. */
export interface TileCosts {
  /** Images of x and of z. */
  readonly counts: readonly [number, number];
  readonly symmetric: boolean;
  /** Side of a tile. */
  readonly size: number;
  /** Pairs that are computed side by side. */
  readonly lanes: number;
}

/** Groups of pairs of each row of a tile; `upper`: from the diagonal on. */
function rowCosts({ rows, columns }: TileRange, lanes: number, upper: boolean): number[] {
  const groups = Math.ceil(columns / lanes);
  return Array.from({ length: rows }, (_, i) => groups - (upper ? Math.floor(i / lanes) : 0));
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

/** Groups of pairs of each tile, in order; no more than `most` tiles. */
function tileCosts({ counts: [n, m], symmetric, size, lanes }: TileCosts, most: number): number[] {
  const costs: number[] = [];
  for (let row = 0; row < n && costs.length < most; row += size) {
    for (let column = symmetric ? row : 0; column < m && costs.length < most; column += size) {
      const range = { row, rows: Math.min(size, n - row), column, columns: Math.min(size, m - column) };
      costs.push(sum(rowCosts(range, lanes, symmetric && row === column)));
    }
  }
  return costs;
}

/** Tiles a thread from which on it does not matter who gets the last ones. */
const MANY = 16;

/** Share of the time that threads may idle before tiles are cut: images of a cut tile are prepared by every thread. */
const IDLE = 0.1;

/** Whether threads that take whole tiles one after the other would idle: there are too few of them. */
export function needsBands(costs: TileCosts, threads: number): boolean {
  const list = tileCosts(costs, MANY * threads);
  if (threads === 1 || list.length === MANY * threads) return false;
  const busy = new Array<number>(threads).fill(0);
  for (const cost of list) busy[busy.indexOf(Math.min(...busy))] += cost;
  return sum(list) < (1 - IDLE) * threads * Math.max(...busy);
}

/**
 * Cuts a tile into at most `count` bands of rows with about as many pairs each; those of an upper triangle begin with
 * the group of columns in which their first row meets the diagonal.
 */
export function cutBands(range: TileRange, count: number, lanes: number, upper: boolean): readonly TileRange[] {
  const costs = rowCosts(range, lanes, upper);
  const all = sum(costs);
  const bands: TileRange[] = [];
  let [from, done] = [0, 0];
  costs.forEach((cost, i) => {
    done += cost;
    const next = i + 1 < costs.length ? costs[i + 1] : 0;
    // Cut where the share of the bands so far is reached, or is nearer than behind the next row.
    if (i + 1 < costs.length && done + next / 2 <= (all * (bands.length + 1)) / count) return;
    const shift = upper ? Math.floor(from / lanes) * lanes : 0;
    const columns = { column: range.column + shift, columns: range.columns - shift };
    bands.push({ row: range.row + from, rows: i + 1 - from, ...columns });
    from = i + 1;
  });
  return bands;
}

/** Results of a set of all executors, put together. */
function assemble(
  { results, outputs, precision, stride }: ImageResults,
  { range, bands, set, upper, buffers }: Assembly,
  output: Output,
): FloatArray {
  const values = allocate(range.rows * range.columns, precision);
  const which = results[set][outputs.indexOf(output)];
  bands.forEach((band, k) => {
    const from =
      precision === 'f32'
        ? new Float32Array(buffers[k], which, band.rows * stride)
        : new Float64Array(buffers[k], which, band.rows * stride);
    for (let i = 0; i < band.rows; i++) {
      const at = (band.row - range.row + i) * range.columns + band.column - range.column;
      values.set(from.subarray(i * stride, i * stride + band.columns), at);
    }
  });
  const n = range.columns;
  if (upper) for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) values[i * n + j] = values[j * n + i];
  return values;
}

interface Assembly {
  readonly range: TileRange;
  readonly bands: readonly TileRange[];
  readonly set: number;
  readonly upper: boolean;
  /** Memory of each band. */
  readonly buffers: readonly ArrayBufferLike[];
}

function transpose(values: FloatArray, { rows, columns }: TileRange, precision: 'f32' | 'f64'): FloatArray {
  const flipped = allocate(values.length, precision);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) flipped[j * rows + i] = values[i * columns + j];
  return flipped;
}

/** Tiles of a task on images that is too small for tiles enough: all executors compute bands of rows of each. */
export class BandedTiles implements KernelJob {
  readonly concurrency = 2;
  readonly nearPairs = 0;
  readonly #in: ImageResults;
  readonly #costs: TileCosts;
  readonly #executors: readonly Executor<BandRequest, ImageAnswer>[];
  readonly #sets = new Places([0, 1]);

  constructor(results: ImageResults, costs: TileCosts, executors: readonly Executor<BandRequest, ImageAnswer>[]) {
    this.#in = results;
    this.#costs = costs;
    this.#executors = executors;
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    const set = await this.#sets.take();
    const { symmetric, lanes } = this.#costs;
    const upper = symmetric && range.row === range.column && range.rows === range.columns;
    const bands = cutBands(range, this.#executors.length, lanes, upper);
    const answers = await Promise.all(
      bands.map((band, k) => this.#executors[k].run({ range: band, set, transposed: false, upper })),
    );
    let held = true;
    const release = (): void => {
      if (held) this.#sets.give(set);
      held = false;
    };
    if (answers.some(({ finite }) => !finite)) {
      release();
      throw entryBeyondRange(this.#in.precision);
    }
    const buffers = bands.map((_, k) => this.#executors[k].memory.buffer);
    const read = async (output: Output): Promise<TileData> => {
      const values = assemble(this.#in, { range, bands, set, upper, buffers }, output);
      const flipped = transposed ? transpose(values, range, this.#in.precision) : null;
      return { values, stride: range.columns, transposed: flipped, transposedStride: range.rows };
    };
    return { range, release, read };
  }

  async close(): Promise<void> {
    this.#sets.refuse(new InterruptedError());
    await Promise.all(this.#executors.map((executor) => executor.close()));
  }
}
