import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { DataError } from '../errors.js';
import type { FloatArray, Precision } from './array.js';
import { readNpyHeader } from './formats/npy.js';
import { complaint } from './message.js';
import { FileSource } from './source/file.js';
import { ByteReader } from './source/reader.js';

/** A matrix `[rows, columns]` in a `.npy` file, read some rows at a time wherever they lie. */
export interface NpyPanels {
  readonly where: string;
  readonly rows: number;
  readonly columns: number;
  readonly precision: Precision;
  /** Whether the file stores column by column: rows here are then its columns. */
  readonly isTransposed: boolean;
  /**
   * Rows `first .. first + count` into the beginning of `buffer`, as numbers. Of a matrix stored column by column these are its columns.
   *
   * Throws DataError when the file ends before.
   */
  read(first: number, count: number, buffer: ArrayBuffer): Promise<FloatArray>;
  close(): Promise<void>;
}

/** Fills `target` from position `at` of a file. */
async function fill(file: FileHandle, target: Uint8Array, at: number, where: string): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, target.length - done, at + done);
    if (bytesRead === 0) {
      throw new DataError(
        complaint(where, 'must be complete', `an end after ${at + done} bytes`, 'Copy the file again.'),
      );
    }
    done += bytesRead;
  }
}

/** Bytes of the other order than the processor's, turned in place. */
function turn(bytes: Uint8Array, element: 4 | 8): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (element === 4) buffer.swap32();
  else buffer.swap64();
}

/**
 * Opens a matrix of float32 or float64 in a `.npy` file, of which only panels are ever in memory.
 *
 * Throws DataError when the file is missing, no `.npy`, of another type or not two-dimensional.
 */
export async function openNpyPanels(path: string): Promise<NpyPanels> {
  const source = await FileSource.open(path, { hash: false });
  const reader = new ByteReader(source);
  let offset = 0;
  const header = await (async () => {
    try {
      const found = await readNpyHeader(source, reader);
      offset = reader.position;
      return found;
    } finally {
      await reader.close();
      await source.close();
    }
  })();
  const { element, shape, bigEndian } = header;
  if (shape.length !== 2 || (element !== 'f4' && element !== 'f8')) {
    const got = `${element} [${shape.join(', ')}]`;
    throw new DataError(
      complaint(path, 'must hold a matrix [n, m] of float32 or float64', got, 'Store it so with numpy.'),
    );
  }
  const bytes = element === 'f4' ? 4 : 8;
  const [rows, columns] = header.fortranOrder ? [shape[1], shape[0]] : shape;
  const file = await open(path, 'r');
  const swapped = bigEndian === (endianness() === 'LE');
  return {
    where: path,
    rows,
    columns,
    precision: element === 'f4' ? 'f32' : 'f64',
    isTransposed: header.fortranOrder,
    async read(first, count, buffer) {
      const target = new Uint8Array(buffer, 0, count * columns * bytes);
      await fill(file, target, offset + first * columns * bytes, path);
      if (swapped) turn(target, bytes);
      return bytes === 4 ? new Float32Array(buffer, 0, count * columns) : new Float64Array(buffer, 0, count * columns);
    },
    close: () => file.close(),
  };
}
