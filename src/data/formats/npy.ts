import { DataError } from '../../errors.js';
import { complaint } from '../../message.js';
import { ELEMENT_TYPES } from '../elements.js';
import { valuesOf } from '../image.js';
import { type Bytes, headOf } from '../source/bytes.js';
import { ByteReader } from '../source/reader.js';
import { foreignIn, HEAD } from './foreign.js';
import { checkClaim, exampleShape, type Format } from './format.js';
import { type NpyHeader, parseNpyHeader } from './npy-header.js';
import { readArray } from './stored.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const LONGEST_HEADER = 1 << 20;

/** NumPy's `.npy`, versions 1 to 3. */
export const npy: Format = {
  name: 'NumPy .npy',
  files: /\.npy$/i,
  recognises: (head) => MAGIC.every((byte, i) => head[i] === byte),
  async read(bytes, request) {
    const reader = new ByteReader(bytes);
    try {
      const header = await readNpyHeader(bytes, reader);
      const type = ELEMENT_TYPES[header.element];
      const shape = exampleShape(header.shape, bytes.where);
      checkClaim(bytes, reader.position + valuesOf(shape) * type.bytes);
      return await readArray(reader, { ...header, where: bytes.where, type, shape }, request);
    } finally {
      await reader.close();
    }
  },
};

/** The header of a `.npy` file; `reader` stands behind it afterwards. @throws DataError when it is none. */
export async function readNpyHeader(bytes: Bytes, reader: ByteReader): Promise<NpyHeader> {
  const refuse = (rule: string, got: string | number) =>
    new DataError(complaint(bytes.where, rule, got, 'Save it again with numpy.save.'));
  const start = new Uint8Array(8);
  await reader.fill(start);
  if (!MAGIC.every((byte, i) => start[i] === byte)) throw await notNpy(bytes);
  const version = start[6];
  if (version < 1 || version > 3) throw refuse('must be of .npy version 1 to 3', version);
  const lengthBytes = Buffer.alloc(version === 1 ? 2 : 4);
  await reader.fill(lengthBytes);
  const length = lengthBytes.readUIntLE(0, lengthBytes.length);
  if (length > LONGEST_HEADER || length > bytes.maximumSize) {
    throw refuse('must have a header that fits into the file', `a header of ${length} bytes`);
  }
  const text = Buffer.alloc(length);
  await reader.fill(text);
  return parseNpyHeader(text.toString(version === 3 ? 'utf8' : 'latin1'), bytes.where);
}

/** The error for a file that is no `.npy`: it says what it is where that is known. */
async function notNpy(bytes: Bytes): Promise<DataError> {
  const foreign = foreignIn(await headOf(bytes, HEAD), bytes.where);
  const { what, remedy } = foreign ?? { what: 'other bytes at its start', remedy: 'Save it again with numpy.save.' };
  return new DataError(complaint(bytes.where, 'must be a .npy file', what, remedy));
}
