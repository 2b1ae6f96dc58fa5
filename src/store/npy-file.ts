import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { TileData, TileRange } from '../backend/tile.js';
import type { FloatArray } from '../data/array.js';
import { writeFailure } from '../data/write/failure.js';
import { type FileMark, markOf } from '../data/write/mark.js';
import { elementBytes, npyHeader } from '../data/write/npy.js';
import { publish, temporaryFor } from '../data/write/publish.js';
import { isNtkError } from '../errors.js';
import type { SinkPlan } from './sink.js';
import { WholeRows } from './whole-rows.js';

/** A file that is written: tiles may wait in `waiting` bytes until whole rows are there, where they have a size. */
export type NpyFilePlan = Pick<SinkPlan, 'shape' | 'precision'> & Partial<Pick<SinkPlan, 'tile' | 'waiting'>>;

/**
 * A `.npy` file that tiles are written into at their places, straight to disk, beside the file that it becomes part of
 * or takes the name of.
 */
export class NpyFile {
  /** Where it is until it gets its name. */
  readonly path: string;
  readonly #out: string;
  readonly #file: number;
  readonly #start: number;
  readonly #columns: number;
  readonly #element: number;
  /** Where tiles wait for others of their rows; null: they go to the file as they come. */
  readonly #waiting: WholeRows | null;
  #open = true;

  /** Creates the file `[n, m]` beside `out`. @throws OutputError when the disk does not take it; then nothing stays. */
  constructor(out: string, { shape, precision, tile, waiting = 0 }: NpyFilePlan) {
    const header = npyHeader(shape, precision);
    this.#out = out;
    this.path = temporaryFor(out);
    this.#start = header.length;
    this.#columns = shape[1];
    this.#element = precision === 'f64' ? 8 : 4;
    const rows =
      tile === undefined
        ? null
        : new WholeRows({ shape, tile, precision }, waiting, (values, count, place) => {
            this.#write(elementBytes(values), 0, count * this.#element, this.#start + place * this.#element);
          });
    this.#waiting = rows?.hasRoom === true ? rows : null;
    try {
      this.#file = openSync(this.path, 'wx+');
    } catch (error) {
      throw writeFailure(out, error);
    }
    try {
      this.#write(header, 0, header.length, 0);
      ftruncateSync(this.#file, header.length + shape[0] * shape[1] * this.#element);
    } catch (error) {
      this.remove();
      throw writeFailure(out, error);
    }
  }

  put(range: TileRange, data: TileData): void {
    const { values, stride, transposed, transposedStride } = data;
    try {
      if (this.#waiting !== null) {
        this.#waiting.put(range, data);
        return;
      }
      this.#block(values, stride, range.row, range.rows, range.column, range.columns);
      if (transposed !== null)
        this.#block(transposed, transposedStride, range.column, range.columns, range.row, range.rows);
    } catch (error) {
      throw writeFailure(this.#out, error);
    }
  }

  /** Reads an entry back. @throws OutputError */
  entry(row: number, column: number): number {
    this.#flush();
    const bytes = Buffer.alloc(this.#element);
    readSync(this.#file, bytes, 0, this.#element, this.#start + (row * this.#columns + column) * this.#element);
    return this.#element === 8 ? bytes.readDoubleLE() : bytes.readFloatLE();
  }

  /**
   * Closes the file and gives it its name; a file that has the name stays without `replace`. Returns which file it is.
   *
   * @throws OutputError
   */
  async publish(replace: boolean): Promise<FileMark> {
    try {
      this.#flush();
      const mark = markOf(fstatSync(this.#file, { bigint: true }));
      this.close();
      await publish(this.path, this.#out, replace);
      return mark;
    } catch (error) {
      throw isNtkError(error) ? error : writeFailure(this.#out, error);
    }
  }

  /** Closes the file; again, it does nothing. @throws OutputError: a disk may say only now that it is full. */
  close(): void {
    if (this.#open) this.#flush();
    this.#closeOnly();
  }

  /** Closes the file and removes it, unless it got its name. */
  remove(): void {
    try {
      this.#closeOnly();
    } finally {
      rmSync(this.path, { force: true });
    }
  }

  #closeOnly(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      closeSync(this.#file);
    } catch (error) {
      throw writeFailure(this.#out, error);
    }
  }

  /** Writes what waits. @throws OutputError */
  #flush(): void {
    try {
      this.#waiting?.flush();
    } catch (error) {
      throw writeFailure(this.#out, error);
    }
  }

  #block(values: FloatArray, stride: number, row: number, rows: number, column: number, columns: number): void {
    const bytes = elementBytes(values);
    const e = this.#element;
    // Whole rows side by side are one piece.
    if (stride === columns && columns === this.#columns) {
      this.#write(bytes, 0, rows * columns * e, this.#start + row * columns * e);
      return;
    }
    for (let i = 0; i < rows; i++) {
      this.#write(bytes, i * stride * e, columns * e, this.#start + ((row + i) * this.#columns + column) * e);
    }
  }

  /** Writes bytes to a place of the file; systems may take a part at a time. */
  #write(bytes: Uint8Array, first: number, length: number, place: number): void {
    for (let done = 0; done < length; ) {
      done += writeSync(this.#file, bytes, first + done, length - done, place + done);
    }
  }
}
