/** Files of every format, written byte by byte. */
import { crc32, deflateRawSync } from 'node:zlib';
import type { ElementName } from '../../src/data/elements.js';

type Setter = (view: DataView, at: number, value: number, little: boolean) => void;

const SETTERS: Readonly<Record<Exclude<ElementName, 'f2'>, Setter>> = {
  f4: (view, at, value, little) => view.setFloat32(at, value, little),
  f8: (view, at, value, little) => view.setFloat64(at, value, little),
  u1: (view, at, value) => view.setUint8(at, value),
  u2: (view, at, value, little) => view.setUint16(at, value, little),
  u4: (view, at, value, little) => view.setUint32(at, value, little),
  u8: (view, at, value, little) => view.setBigUint64(at, BigInt(value), little),
  i1: (view, at, value) => view.setInt8(at, value),
  i2: (view, at, value, little) => view.setInt16(at, value, little),
  i4: (view, at, value, little) => view.setInt32(at, value, little),
  i8: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
  b1: (view, at, value) => view.setUint8(at, value),
};

/** Names of the element types that fixtures can be written in. */
export const WRITABLE = Object.keys(SETTERS) as readonly (keyof typeof SETTERS)[];

/** Elements as bytes. */
export function elements(type: keyof typeof SETTERS, values: readonly number[], little = true): Uint8Array {
  const size = Number(type[1]);
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (const [i, value] of values.entries()) SETTERS[type](view, i * size, value, little);
  return new Uint8Array(view.buffer);
}

/** A `.npy` file with the given dictionary text and body. */
export function npyFile(dictionary: string, body: Uint8Array, version = 1): Uint8Array {
  const text = Buffer.from(`${dictionary}\n`, version === 3 ? 'utf8' : 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  return Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]), length, text, body]);
}

/** The dictionary of a `.npy` header. */
export function npyDictionary(descr: string, shape: readonly number[], fortran = false): string {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  return `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${sizes}), }`;
}

/** A `.npy` file of float64 in C order. */
export function npyOf(shape: readonly number[], values: readonly number[]): Uint8Array {
  return npyFile(npyDictionary('<f8', shape), elements('f8', values));
}

/** An IDX file. */
export function idxFile(code: number, shape: readonly number[], body: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, code, shape.length]);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([header, body]);
}

/** A member of a zip file, with what its headers shall claim. */
export interface ZipFixture {
  readonly name: string;
  readonly content: Uint8Array;
  readonly deflate?: boolean;
  readonly claimedSize?: number;
  readonly checksum?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly zip64?: boolean;
}

/** A zip file written by hand. */
export function zipFile(members: readonly ZipFixture[]): Uint8Array {
  const bodies: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const { name, content, deflate = false, flags = 0, zip64 = false } = member;
    const packed = deflate ? deflateRawSync(content) : Buffer.from(content);
    const size = member.claimedSize ?? content.length;
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(45, 0);
    shared.writeUInt16LE(flags, 2);
    shared.writeUInt16LE(member.method ?? (deflate ? 8 : 0), 4);
    shared.writeUInt32LE(member.checksum ?? crc32(content), 10);
    shared.writeUInt32LE(zip64 ? 0xffffffff : packed.length, 14);
    shared.writeUInt32LE(zip64 ? 0xffffffff : size, 18);
    shared.writeUInt16LE(name.length, 22);
    const extra = Buffer.alloc(zip64 ? 9 + 28 : 0);
    if (zip64) {
      extra.writeUInt16LE(0x7075, 0); // another block in front
      extra.writeUInt16LE(5, 2);
      extra.writeUInt16LE(1, 9);
      extra.writeUInt16LE(24, 11);
      for (const [i, value] of [size, packed.length, offset].entries())
        extra.writeBigUInt64LE(BigInt(value), 13 + 8 * i);
    }
    bodies.push(Buffer.from([0x50, 0x4b, 3, 4]), shared, Buffer.from(name), packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(zip64 ? 0xffffffff : offset, 10);
    shared.writeUInt16LE(extra.length, 24);
    entries.push(Buffer.from([0x50, 0x4b, 1, 2, 45, 0]), Buffer.from(shared), tail, Buffer.from(name), extra);
    shared.writeUInt16LE(0, 24);
    offset += 4 + shared.length + name.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, directory, end]);
}
