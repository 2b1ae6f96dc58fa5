/** Arrays in `.npy` files and in uncompressed `.npz` archives, to say which entry differs. */

/** A `.npy` file as bytes: its header and its entries. */
export interface RawArray {
  /** Description, order and shape, as they stand there. */
  readonly header: string;
  /** Bytes of an entry. */
  readonly size: number;
  readonly data: Buffer;
}

/** Splits a `.npy` file; null where it is none. */
export function readRaw(file: Buffer): RawArray | null {
  if (file.length < 10 || file.toString('latin1', 1, 6) !== 'NUMPY') return null;
  const start = file[6] === 1 ? 10 + file.readUInt16LE(8) : 12 + file.readUInt32LE(8);
  const header = file.toString('latin1', 10, start).trim();
  return { header, size: Number(/'descr': '[<|>=]?[a-z](\d+)'/.exec(header)?.[1] ?? 1), data: file.subarray(start) };
}

/** An entry for people: the number where it is a double or single, and always its bytes. */
export function shownEntry({ header, size, data }: RawArray, index: number): string {
  const bytes = data.subarray(index * size, (index + 1) * size);
  if (bytes.length < size) return 'no entry';
  const hex = Buffer.from(bytes).reverse().toString('hex');
  if (!header.includes("'<f")) return `0x${hex}`;
  return `${size === 8 ? bytes.readDoubleLE() : bytes.readFloatLE()} (0x${hex})`;
}

/**
 * Members of an uncompressed archive by name, without `.npy`, in their order; null where it is compressed or no
 * archive.
 */
export function readMembers(file: Buffer): ReadonlyMap<string, Buffer> | null {
  const end = file.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) return null;
  const members = new Map<string, Buffer>();
  let at = file.readUInt32LE(end + 16);
  for (let left = file.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((field) => file.readUInt16LE(at + field));
    if (file.readUInt16LE(at + 10) !== 0) return null;
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const bytes = file.subarray(start, start + file.readUInt32LE(at + 24));
    members.set(file.toString('utf8', at + 46, at + 46 + name).replace(/\.npy$/, ''), bytes);
    at += 46 + name + extra + comment;
  }
  return members;
}
