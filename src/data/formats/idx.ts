import { DataError } from '../../errors.js';
import { complaint } from '../../message.js';
import { ELEMENT_TYPES, type ElementName } from '../elements.js';
import { valuesOf } from '../image.js';
import { ByteReader } from '../source/reader.js';
import { checkClaim, exampleShape, type Format } from './format.js';
import { readArray } from './stored.js';

/** Type codes of the third byte. */
const TYPES: Readonly<Record<number, ElementName>> = {
  8: 'u1',
  9: 'i1',
  11: 'i2',
  12: 'i4',
  13: 'f4',
  14: 'f8',
};

/** IDX, the format of MNIST: two zero bytes, type, rank, sizes, elements; all big-endian. */
export const idx: Format = {
  name: 'IDX',
  files: /(idx\d|-ubyte)(\.gz)?$/i,
  recognises: (head) => idxSize(head) !== null,
  async read(bytes, request) {
    const reader = new ByteReader(bytes);
    try {
      const start = new Uint8Array(4);
      await reader.fill(start);
      const [zero0, zero1, code, rank] = start;
      const element = TYPES[code];
      if (zero0 !== 0 || zero1 !== 0 || element === undefined) {
        const got = `the first bytes ${[...start].join(' ')}`;
        throw new DataError(complaint(bytes.where, 'must start like an IDX file', got, 'Check what the file is.'));
      }
      const sizes = Buffer.alloc(4 * rank);
      await reader.fill(sizes);
      const stored = Array.from({ length: rank }, (_, axis) => sizes.readUInt32BE(4 * axis));
      const shape = exampleShape(stored, bytes.where);
      const type = ELEMENT_TYPES[element];
      checkClaim(bytes, reader.position + valuesOf(shape) * type.bytes);
      const images = rank === 3 ? [...shape, 1] : shape;
      const layout = { where: bytes.where, type, bigEndian: true, fortranOrder: false, shape: images };
      return { ...(await readArray(reader, layout, request)), hasLayout: rank === 3 };
    } finally {
      await reader.close();
    }
  },
};

/** Bytes that the header of an IDX file claims for the whole file; null when `head` is no such header. */
export function idxSize(head: Uint8Array): number | null {
  const element = TYPES[head[2]];
  const rank = head[3];
  if (head[0] !== 0 || head[1] !== 0 || element === undefined || rank === 0 || head.length < 4 + 4 * rank) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  let size = ELEMENT_TYPES[element].bytes;
  for (let axis = 0; axis < rank; axis++) size *= view.getUint32(4 + 4 * axis);
  return 4 + 4 * rank + size;
}
