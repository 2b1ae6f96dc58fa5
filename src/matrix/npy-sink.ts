import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { TileData, TileRange } from '../backend/contract.js';
import type { FloatArray, Precision } from '../data/array.js';
import { npyHeader } from '../data/write/npy.js';
import { OutputError } from '../errors.js';

/** Why a write failed, in words that a user can act on. */
export function writeFailure(path: string, error: unknown): OutputError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the disk is full'
      : code === 'EACCES' || code === 'EROFS'
        ? 'it may not be written'
        : String((error as Error).message);
  return new OutputError(
    `${path}: must be writable to the end, got: ${reason}. Free some space or choose another --out; nothing was kept.`,
    { cause: error },
  );
}

/** A `.npy` file that tiles are written into at their places, straight to disk. */
export class NpyFile {
  readonly path: string;
  readonly #file: number;
  readonly #start: number;
  readonly #columns: number;
  readonly #element: number;
  #open = true;

  /** Creates the file `[n, m]`; it must not exist. */
  constructor(path: string, shape: readonly [number, number], precision: Precision) {
    const header = npyHeader(shape, precision);
    this.path = path;
    this.#start = header.length;
    this.#columns = shape[1];
    this.#element = precision === 'f64' ? 8 : 4;
    try {
      this.#file = openSync(path, 'wx+');
    } catch (error) {
      throw writeFailure(path, error);
    }
    try {
      writeSync(this.#file, header, 0, header.length, 0);
      ftruncateSync(this.#file, header.length + shape[0] * shape[1] * this.#element);
    } catch (error) {
      this.close();
      throw writeFailure(path, error);
    }
  }

  put(range: TileRange, { values, stride, transposed, transposedStride }: TileData): void {
    try {
      this.#block(values, stride, range.row, range.rows, range.column, range.columns);
      if (transposed !== null)
        this.#block(transposed, transposedStride, range.column, range.columns, range.row, range.rows);
    } catch (error) {
      throw writeFailure(this.path, error);
    }
  }

  /** Reads an entry back. */
  entry(row: number, column: number): number {
    const bytes = Buffer.alloc(this.#element);
    readSync(this.#file, bytes, 0, this.#element, this.#start + (row * this.#columns + column) * this.#element);
    return this.#element === 8 ? bytes.readDoubleLE() : bytes.readFloatLE();
  }

  /** Closes the file; again, it does nothing. */
  close(): void {
    if (this.#open) closeSync(this.#file);
    this.#open = false;
  }

  #block(values: FloatArray, stride: number, row: number, rows: number, column: number, columns: number): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const e = this.#element;
    for (let i = 0; i < rows; i++) {
      let from = i * stride * e;
      let at = this.#start + ((row + i) * this.#columns + column) * e;
      for (let left = columns * e; left > 0; ) {
        const written = writeSync(this.#file, bytes, from, left, at);
        from += written;
        at += written;
        left -= written;
      }
    }
  }
}
