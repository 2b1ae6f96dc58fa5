import { DataError } from '../errors.js';
import { complaint } from '../message.js';
import type { NdArray } from './array.js';
import { finiteRange } from './finite.js';
import { foreignIn, HEAD } from './formats/foreign.js';
import { exampleShape, WHOLE } from './formats/format.js';
import { npy, readNpyHeader } from './formats/npy.js';
import { FileSource } from './source/file.js';
import { ByteReader } from './source/reader.js';
import { npzMember } from './source/zip.js';

/** Arrays of one `.npz` file, read by name while it is open. */
export interface NpzArrays {
  /**
   * Sizes that the header of an array claims, nothing else of it read. @throws DataError when it is missing or no
   * array.
   */
  shapeOf(name: string): Promise<readonly number[]>;
  /**
   * The array `name`: every element finite, a single axis as `[n, 1]`. @throws DataError when it is missing or cannot
   * be used.
   */
  read(name: string): Promise<NdArray>;
  /** Closes the file. */
  close(): Promise<void>;
}

/**
 * Opens an `.npz` file whose arrays are wanted one after the other.
 *
 * @throws DataError when it cannot be read
 */
export async function openNpz(path: string): Promise<NpzArrays> {
  const file = await FileSource.open(path, { hash: false, regular: true });
  await refuseForeign(file);
  return {
    async shapeOf(name) {
      const bytes = await npzMember(file, name);
      const reader = new ByteReader(bytes);
      try {
        return exampleShape((await readNpyHeader(bytes, reader)).shape, bytes.where);
      } finally {
        await reader.close();
      }
    },
    async read(name) {
      const bytes = await npzMember(file, name);
      const { data, shape, placeOf } = await npy.read(bytes, WHOLE);
      finiteRange(data, bytes.where, placeOf);
      return { data, shape };
    },
    close: () => file.close(),
  };
}

/** Refuses a file that is known to be of another format, and closes it. */
async function refuseForeign(file: FileSource): Promise<void> {
  const head = await file.at(0, Math.min(HEAD, file.size));
  const isZip = head[0] === 0x50 && head[1] === 0x4b;
  const foreign = isZip ? null : foreignIn(head, file.where);
  if (foreign === null) return;
  await file.close();
  throw new DataError(complaint(file.where, 'must be an .npz archive of arrays', foreign.what, foreign.remedy));
}
