import type { FloatArray, NdArray, Precision } from '../array.js';
import { writeAll, writeBeside } from './beside.js';
import type { FileMark } from './mark.js';

const ALIGNMENT = 64;
const START = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];

/** The bytes before the elements of a `.npy` file, version 1: little-endian, C order, a multiple of 64 long. */
export function npyHeader(shape: readonly number[], precision: Precision): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const descr = precision === 'f64' ? '<f8' : '<f4';
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((START.length + 2 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(length, ' ');
  header.set(START);
  header.writeUInt16LE(length - START.length - 2, START.length);
  header.write(text, START.length + 2, 'latin1');
  header.write('\n', length - 1);
  return header;
}

/** The precision that a store of elements has. */
export function precisionOf(data: FloatArray): Precision {
  return data instanceof Float64Array ? 'f64' : 'f32';
}

/** The elements as bytes, without a copy. */
export function elementBytes(data: FloatArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Writes an array as `.npy` of its own precision, whole or not at all; without `replace` a file of that name stays.
 * Returns which file it is. @throws OutputError.
 */
export async function writeNpy(path: string, { data, shape }: NdArray, replace = true): Promise<FileMark> {
  return writeBeside(
    path,
    async (handle) => {
      await writeAll(handle, npyHeader(shape, precisionOf(data)));
      await writeAll(handle, elementBytes(data));
    },
    replace,
  );
}
