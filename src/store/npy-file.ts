import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { TileData, TileRange } from '../backend/tile.js';
import type { FloatArray } from '../data/array.js';
import { writeFailure } from '../data/write/failure.js';
import { type FileMark, markOf } from '../data/write/mark.js';
import { npyHeader } from '../data/write/npy.js';
import { publish, temporaryFor } from '../data/write/publish.js';
import { isNtkError } from '../errors.js';
import type { SinkPlan } from './sink.js';

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
  #open = true;

  /** Creates the file `[n, m]` beside `out`. @throws OutputError when the disk does not take it; then nothing stays. */
  constructor(out: string, { shape, precision }: Pick<SinkPlan, 'shape' | 'precision'>) {
    const header = npyHeader(shape, precision);
    this.#out = out;
    this.path = temporaryFor(out);
    this.#start = header.length;
    this.#columns = shape[1];
    this.#element = precision === 'f64' ? 8 : 4;
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

  put(range: TileRange, { values, stride, transposed, transposedStride }: TileData): void {
    try {
      this.#block(values, stride, range.row, range.rows, range.column, range.columns);
      if (transposed !== null)
        this.#block(transposed, transposedStride, range.column, range.columns, range.row, range.rows);
    } catch (error) {
      throw writeFailure(this.#out, error);
    }
  }

  /** Reads an entry back. */
  entry(row: number, column: number): number {
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
    if (!this.#open) return;
    this.#open = false;
    try {
      closeSync(this.#file);
    } catch (error) {
      throw writeFailure(this.#out, error);
    }
  }

  /** Closes the file and removes it, unless it got its name. */
  remove(): void {
    try {
      this.close();
    } finally {
      rmSync(this.path, { force: true });
    }
  }

  #block(values: FloatArray, stride: number, row: number, rows: number, column: number, columns: number): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const e = this.#element;
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
