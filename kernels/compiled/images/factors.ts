import { FactorWriter } from '../../../src/backend/images/factors.js';
import { type PreparedImages, pooledOf, type SharedImages } from '../../../src/backend/images/prepare.js';
import type { FloatArray, Precision } from '../../../src/data/array.js';
import type { CompiledFunctions } from '../../../src/platform/compiled-library.js';
import { valueShapes } from '../../../src/programme/shapes.js';
import type { Programme } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { type FactorTable, factorTable, hasFactorTable, type PlacedFactor } from './factor-table.js';

/**
 * Where the numbers of an image lie in its block: unit pixels `[positions, channels]` first, then columns `[positions]`
 * in the number format of the job, of smooth maps `[4, positions]` in doubles.
 */
export interface FactorLayout {
  readonly columns: readonly PlacedFactor[];
  /** Bytes of a block, a multiple of 64 as the place of every column is. */
  readonly blockBytes: number;
}

/** What blocks are filled for: a job, the places of its columns, and images side by side in a group. */
export interface FactorShape {
  readonly programme: Programme;
  readonly precision: Precision;
  readonly channels: number;
  readonly layout: FactorLayout;
  readonly lanes: number;
}

/** Addresses of what filling needs beside the blocks, from one on. */
interface Room {
  readonly images: number;
  readonly table: number;
  readonly parts: number;
  readonly pooled: number;
  readonly scratch: number;
  /** Blocks of the images of a group before they are brought side by side. */
  readonly blocks: number;
  readonly end: number;
}

const round64 = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Numbers in front of the arrays: the sums of a row with its border, and before them an image in doubles. */
const roomOf = ({ room }: Pick<FactorTable, 'room'>, pixels: number): number =>
  Math.max(room, Math.ceil(pixels / 8) * 8);

function layOut(shape: FactorShape, table: Omit<FactorTable, 'words'>, words: number, from: number): Room {
  const { programme, channels, lanes, layout } = shape;
  const pixels = positionCount(programme.positions ?? []) * channels;
  let end = from;
  const take = (bytes: number): number => {
    const at = end;
    end += round64(bytes);
    return at;
  };
  return {
    images: take(8 * pixels * lanes),
    table: take(8 * words),
    parts: take(24 * (layout.columns.length + 1)),
    pooled: take(8 * table.pooled * lanes),
    scratch: take(8 * (roomOf(table, pixels) + table.arrays * table.length)),
    blocks: take(layout.blockBytes * lanes),
    end,
  };
}

const NO_TABLE: FactorTable = {
  words: new Float64Array(0),
  ...{ arrays: 0, length: 0, room: 0, pools: [], pooled: 0 },
};

function tableOf(programme: Programme, exponents: readonly number[], { columns }: FactorLayout): FactorTable {
  const has = hasFactorTable(
    programme,
    columns.map(({ column }) => column),
  );
  return has ? factorTable(programme, exponents, columns) : NO_TABLE;
}

/** Bytes that filling blocks needs beside the blocks themselves. */
export function factorRoomBytes(shape: FactorShape): number {
  const exponents = shape.programme.steps.map(() => 0);
  const table = tableOf(shape.programme, exponents, shape.layout);
  return layOut(shape, table, table.words.length, 0).end;
}

/**
 * Fills blocks of factors in the memory of a thread: of single images, and of groups of images side by side.
 *
 * Compiled code does it, but for programmes with smooth maps and images beyond range, which `FactorWriter` takes: it
 * says what is wrong with them.
 */
export class BlockFiller {
  readonly #job: PreparedImages;
  readonly #shape: FactorShape;
  readonly #table: FactorTable;
  readonly #room: Room;
  readonly #functions: Pick<CompiledFunctions, 'call'>;
  readonly #bytes: Uint8Array;
  readonly #numbers: FloatArray;
  readonly #doubles: Float64Array;
  readonly #singles: Float32Array;
  readonly #pixels: number;
  readonly #parts: number;
  #writer: FactorWriter | null = null;

  /** For a job whose memory has `factorRoomBytes` to spare from address `from`, a multiple of 64, on. */
  constructor(
    job: PreparedImages,
    shape: FactorShape,
    functions: Pick<CompiledFunctions, 'call'>,
    buffer: ArrayBufferLike,
    from: number,
  ) {
    this.#job = job;
    this.#shape = shape;
    this.#functions = functions;
    this.#bytes = new Uint8Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#singles = new Float32Array(buffer);
    this.#numbers = job.precision === 'f64' ? this.#doubles : this.#singles;
    this.#pixels = positionCount(job.programme.positions ?? []) * job.channels;
    this.#table = tableOf(job.programme, job.exponents, shape.layout);
    this.#room = layOut(shape, this.#table, this.#table.words.length, from);
    this.#doubles.set(this.#table.words, this.#room.table / 8);
    const parts = this.#partsOf();
    this.#parts = parts.length / 3;
    new BigInt64Array(buffer, this.#room.parts, parts.length).set(parts);
  }

  /** Parts of a block: [bytes from its start, numbers, whether they are doubles] each. */
  #partsOf(): BigInt64Array {
    const { programme } = this.#job;
    const shapes = valueShapes(programme);
    const parts = [0, this.#pixels, 0];
    for (const { column, at } of this.#shape.layout.columns) {
      const positions = positionCount(shapes[column.value]);
      parts.push(at, ...(column.kind === 'smooth' ? [4 * positions, 1] : [positions, 0]));
    }
    return BigInt64Array.from(parts, BigInt);
  }

  /** Blocks of images of x, one after the other from address `to` on. @throws NumericalError for one beyond range */
  fill(set: SharedImages, from: number, count: number, to: number): void {
    const { lanes, layout } = this.#shape;
    for (let i = 0; i < count; i += lanes) {
      this.#some(set, from + i, Math.min(lanes, count - i), to + i * layout.blockBytes);
    }
  }

  /** Blocks of images of z in groups of `lanes`, zeros in lanes without one. @throws NumericalError as `fill` does */
  fillGroups(set: SharedImages, from: number, count: number, to: number): void {
    const { lanes, layout } = this.#shape;
    for (let i = 0; i < count; i += lanes) {
      const some = Math.min(lanes, count - i);
      this.#some(set, from + i, some, this.#room.blocks);
      this.group(this.#room.blocks, some, to + i * layout.blockBytes);
    }
  }

  /** Groups from blocks that are there, at address `blocks`. */
  group(blocks: number, count: number, to: number): void {
    const { lanes, layout } = this.#shape;
    const { blockBytes } = layout;
    const args = [blocks, blockBytes, count, to, blockBytes * lanes, this.#room.parts, this.#parts];
    this.#functions.call('ntk_interleave', this.#bytes, args);
  }

  /** Blocks of at most as many images as there are lanes. */
  #some(set: SharedImages, from: number, count: number, to: number): void {
    const done = this.#table === NO_TABLE ? 0 : this.#compiled(set, from, count, to);
    const { blockBytes } = this.#shape.layout;
    for (let i = done; i < count; i++) this.#written(set, from + i, to + i * blockBytes);
  }

  #compiled(set: SharedImages, from: number, count: number, to: number): number {
    const { images, pooled, scratch, table } = this.#room;
    const [pixels, { pools, pooled: every, length }] = [this.#pixels, this.#table];
    const isWide = set.data instanceof Float64Array;
    const raw = isWide ? this.#doubles : this.#singles;
    raw.set(set.data.subarray(from * pixels, (from + count) * pixels), images / raw.BYTES_PER_ELEMENT);
    for (let i = 0; i < count && every > 0; i++) {
      let at = pooled / 8 + i * every;
      for (const pool of pools) {
        const numbers = pooledOf(set, pool, from + i);
        this.#doubles.set(numbers, at);
        at += numbers.length;
      }
    }
    const { layout } = this.#shape;
    const head = [images, isWide ? 1 : 0, this.#job.channels, count, pixels, to, layout.blockBytes];
    const args = [...head, scratch, roomOf(this.#table, pixels), length, table, pooled, every];
    return this.#functions.call('ntk_factors', this.#bytes, args);
  }

  /** The block of one image, with all functions that maps may need. */
  #written(set: SharedImages, image: number, at: number): void {
    const { columns } = this.#shape.layout;
    this.#writer ??= new FactorWriter(
      this.#job,
      columns.map(({ column }) => column),
    );
    this.#writer.read(set, image);
    this.#writer.unit(this.#numbers, at / this.#numbers.BYTES_PER_ELEMENT, 1);
    for (const { column, at: offset } of columns) {
      const target = column.kind === 'smooth' ? this.#doubles : this.#numbers;
      this.#writer.column(column, target, (at + offset) / target.BYTES_PER_ELEMENT, 1);
    }
  }
}
