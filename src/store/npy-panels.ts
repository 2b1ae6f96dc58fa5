import { endianness } from 'node:os';
import type { FloatArray, Precision } from '../data/array.js';
import { checkClaim } from '../data/formats/format.js';
import { readNpyHeader } from '../data/formats/npy.js';
import type { NpyHeader } from '../data/formats/npy-header.js';
import { FileSource } from '../data/source/file.js';
import { ByteReader } from '../data/source/reader.js';
import { DataError } from '../errors.js';
import { complaint } from '../message.js';

/** A matrix `[rows, columns]` in a `.npy` file, read some rows at a time wherever they lie. */
export interface NpyPanels {
  readonly where: string;
  readonly rows: number;
  readonly columns: number;
  readonly precision: Precision;
  /** Whether the file stores column by column: rows here are then its columns. */
  readonly isTransposed: boolean;
  /**
   * Rows `first .. first + count` into the beginning of `buffer`, as numbers. Of a matrix stored column by column these
   * are its columns.
   *
   * Throws DataError when the file ends before.
   */
  read(first: number, count: number, buffer: ArrayBuffer): Promise<FloatArray>;
  close(): Promise<void>;
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
  const file = await FileSource.open(path, { hash: false, regular: true });
  try {
    return panelsOf(file, await headerOf(file));
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface PlacedHeader extends NpyHeader {
  /** Position of the first entry. */
  readonly offset: number;
}

async function headerOf(file: FileSource): Promise<PlacedHeader> {
  const reader = new ByteReader(file);
  try {
    const header = await readNpyHeader(file, reader);
    return { ...header, offset: reader.position };
  } finally {
    await reader.close();
  }
}

function panelsOf(file: FileSource, { element, shape, bigEndian, fortranOrder, offset }: PlacedHeader): NpyPanels {
  if (shape.length !== 2 || (element !== 'f4' && element !== 'f8')) {
    const got = `${element} [${shape.join(', ')}]`;
    throw new DataError(
      complaint(file.where, 'must hold a matrix [n, m] of float32 or float64', got, 'Store it so with numpy.'),
    );
  }
  const bytes = element === 'f4' ? 4 : 8;
  const [rows, columns] = fortranOrder ? [shape[1], shape[0]] : shape;
  checkClaim(file, offset + rows * columns * bytes);
  const swapped = bigEndian === (endianness() === 'LE');
  return {
    where: file.where,
    rows,
    columns,
    precision: element === 'f4' ? 'f32' : 'f64',
    isTransposed: fortranOrder,
    async read(first, count, buffer) {
      const target = new Uint8Array(buffer, 0, count * columns * bytes);
      await file.fill(target, offset + first * columns * bytes);
      if (swapped) turn(target, bytes);
      return bytes === 4 ? new Float32Array(buffer, 0, count * columns) : new Float64Array(buffer, 0, count * columns);
    },
    close: () => file.close(),
  };
}
