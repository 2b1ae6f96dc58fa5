import type { TileData, TileRange } from '../backend/tile.js';
import { bytesOf, type FloatArray, zeros } from '../data/array.js';
import type { SinkPlan } from './sink.js';

/** Writes entries from the front of `values`, as many as `count`, at entry number `place` of a matrix in C order. */
export type WriteEntries = (values: FloatArray, count: number, place: number) => void;

/** Bytes that are put together before they are written: they stay in the cache between the two. */
const STAGE = 1 << 20;

/** Bytes beyond which tiles do not wait: rows of many tiles are written fast enough as parts of rows. */
const MOST = 2 ** 30;

/** Blocks of rows of a matrix, and of columns. */
function blocksOf({ shape: [n, m], tile: [h, w] }: Pick<SinkPlan, 'shape' | 'tile'>): readonly [number, number] {
  return [Math.ceil(n / h), Math.ceil(m / w)];
}

/**
 * Tiles that wait at most: of a symmetric matrix the mirror images below half of its rows, a quarter of it; beside
 * these those of the rows in work, and of the ones after them where threads are ahead.
 */
function mostWaiting(plan: Pick<SinkPlan, 'shape' | 'tile' | 'symmetric'>, threads: number): number {
  const [rows, columns] = blocksOf(plan);
  const mirrored = plan.symmetric ? Math.floor(rows ** 2 / 4) : 0;
  return Math.min(rows * columns, mirrored + columns + 4 * threads * (plan.symmetric ? 2 : 1));
}

/** What is known of matrices before their tiles are. */
export type Waiting = Pick<SinkPlan, 'shape' | 'tile' | 'symmetric' | 'precision' | 'outputs'> & {
  readonly threads: number;
};

/**
 * Bytes in which the tiles of all matrices wait until whole rows of them are there, where `room` bytes are left: all
 * that are of use, but half of the room.
 */
export function waitingBytes(plan: Waiting, room: number): number {
  const { tile, shape, outputs, precision, threads } = plan;
  const each = bytesOf(precision);
  const useful = mostWaiting(plan, threads) * tile[0] * tile[1] * each + Math.max(STAGE, shape[1] * each);
  return Math.floor(Math.max(0, Math.min(outputs.length * useful, MOST, room / 2)));
}

/** A run of tiles side by side in one block of rows: the first, and the one after the last. */
interface Run {
  readonly first: number;
  readonly end: number;
}

/**
 * Keeps tiles of a matrix until all of a block of rows are there, which are written at once: a system takes a few large
 * pieces many times faster than rows of single tiles.
 *
 * Where no room is left, the fullest block is written as far as it is there. Tiles begin at multiples of their size.
 */
export class WholeRows {
  /** Whether there is room for tiles enough to be worth it; without, it must not be used. */
  readonly hasRoom: boolean;
  readonly #shape: readonly [number, number];
  readonly #tile: readonly [number, number];
  readonly #write: WriteEntries;
  /** Tiles by block of rows and block of columns. */
  readonly #blocks: Map<number, FloatArray>[];
  /** Tiles of each block of rows that are written already. */
  readonly #written: Int32Array;
  readonly #most: number;
  /** Room for all tiles: pages that none has reached yet take no memory. */
  readonly #tiles: FloatArray;
  readonly #free: FloatArray[] = [];
  readonly #stage: FloatArray;
  #taken = 0;

  /** `bytes`: what may be taken, for the matrix of `plan`. */
  constructor(
    { shape, tile, precision }: Pick<SinkPlan, 'shape' | 'tile' | 'precision'>,
    bytes: number,
    write: WriteEntries,
  ) {
    const [rows, columns] = blocksOf({ shape, tile });
    const each = bytesOf(precision);
    const stage = Math.max(STAGE, shape[1] * each);
    this.#shape = shape;
    this.#tile = tile;
    this.#write = write;
    this.#blocks = Array.from({ length: rows }, () => new Map());
    this.#written = new Int32Array(rows);
    this.#most = Math.min(rows * columns, Math.floor((bytes - stage) / (tile[0] * tile[1] * each)));
    this.hasRoom = this.#most >= Math.min(4, rows * columns);
    this.#tiles = zeros(this.hasRoom ? this.#most * tile[0] * tile[1] : 0, precision);
    this.#stage = zeros(this.hasRoom ? stage / each : 0, precision);
  }

  /** Takes a tile, and its mirror image where it has one. */
  put(range: TileRange, { values, stride, transposed, transposedStride }: TileData): void {
    this.#keep(range, values, stride);
    if (transposed === null) return;
    const { row, rows, column, columns } = range;
    this.#keep({ row: column, rows: columns, column: row, columns: rows }, transposed, transposedStride);
  }

  /** Writes what is there. */
  flush(): void {
    for (let block = 0; block < this.#blocks.length; block++) this.#writeBlock(block);
  }

  #keep({ row, rows, column, columns }: TileRange, values: FloatArray, stride: number): void {
    const [h, w] = this.#tile;
    const block = row / h;
    const tile = this.#room();
    if (stride === w) tile.set(values.subarray(0, rows * w));
    else for (let i = 0; i < rows; i++) tile.set(values.subarray(i * stride, i * stride + columns), i * w);
    this.#blocks[block].set(column / w, tile);
    const [, all] = blocksOf({ shape: this.#shape, tile: this.#tile });
    if (this.#blocks[block].size + this.#written[block] >= all) this.#writeBlock(block);
  }

  /** Room for a tile. */
  #room(): FloatArray {
    if (this.#free.length === 0 && this.#taken === this.#most) this.#writeBlock(this.#fullest());
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const [h, w] = this.#tile;
    const at = this.#taken * h * w;
    this.#taken += 1;
    return this.#tiles.subarray(at, at + h * w);
  }

  #fullest(): number {
    return this.#blocks.reduce((best, { size }, block) => (size > this.#blocks[best].size ? block : best), 0);
  }

  #writeBlock(block: number): void {
    const tiles = this.#blocks[block];
    for (const run of runsOf([...tiles.keys()])) this.#writeRun(block, run);
    this.#written[block] += tiles.size;
    this.#free.push(...tiles.values());
    tiles.clear();
  }

  /** Writes tiles side by side, some of their rows at a time: what spans whole rows of the matrix is one piece. */
  #writeRun(block: number, { first, end }: Run): void {
    const [n, m] = this.#shape;
    const [h, w] = this.#tile;
    const [row, column] = [block * h, first * w];
    const width = Math.min(m, end * w) - column;
    const rows = Math.min(h, n - row);
    const some = Math.floor(this.#stage.length / width);
    for (let at = 0; at < rows; at += some) {
      const count = Math.min(some, rows - at);
      for (let k = first; k < end; k++) this.#gather(block, k, at, count, k * w - column, width);
      const place = (row + at) * m + column;
      if (width === m) this.#write(this.#stage, count * m, place);
      else for (let i = 0; i < count; i++) this.#write(this.#stage.subarray(i * width), width, place + i * m);
    }
  }

  /** Brings rows of a tile to their places in the stage, whose rows are `width` long. */
  #gather(block: number, k: number, at: number, count: number, left: number, width: number): void {
    const tile = this.#blocks[block].get(k);
    if (tile === undefined) return;
    const [, w] = this.#tile;
    const columns = Math.min(w, width - left);
    for (let i = 0; i < count; i++) {
      const from = (at + i) * w;
      this.#stage.set(tile.subarray(from, from + columns), i * width + left);
    }
  }
}

/** Numbers in runs without gaps. */
function runsOf(numbers: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const k of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.end === k) runs[runs.length - 1] = { first: last.first, end: k + 1 };
    else runs.push({ first: k, end: k + 1 });
  }
  return runs;
}
