/** A member of an archive that has been written. */
export interface WrittenMember {
  /** Name in the archive, `.npy` included. */
  readonly name: string;
  readonly size: number;
  readonly checksum: number;
  /** Position of its header. */
  readonly offset: number;
}

/** Sizes and positions from here on go into 64-bit fields. */
export const ZIP64_FROM = 0xffffffff;

const LOCAL = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const ZIP64_EXTRA = 0x0001;
const VERSION = 45;
const UTF8_NAMES = 0x0800;
/** 1980-01-01: archives of equal content are equal. */
const DATE = 0x0021;
const MANY = 0xffff;

/** Place of the checksum within a member's header, to be filled in once the bytes are known. */
export const CHECKSUM_AT = 14;

/** The header before the bytes of a stored member. */
export function localHeader(name: string, size: number, zip64From: number): Uint8Array {
  const extra = zip64Extra(size >= zip64From ? [size, size] : []);
  const nameBytes = Buffer.from(name, 'utf8');
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL, 0);
  common(header, 4, 0, size >= zip64From ? ZIP64_FROM : size);
  header.writeUInt16LE(nameBytes.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, nameBytes, extra]);
}

/** The directory at the end of an archive, for members written before position `start`. */
export function directory(members: readonly WrittenMember[], start: number, zip64From: number): Uint8Array {
  const entries = Buffer.concat(members.map((member) => directoryEntry(member, zip64From)));
  const isLarge = members.length >= MANY || start + entries.length >= zip64From;
  const end64 = isLarge ? zip64End(members.length, entries.length, start) : Buffer.alloc(0);
  const end = Buffer.alloc(22);
  const count = isLarge ? MANY : members.length;
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(isLarge ? ZIP64_FROM : entries.length, 12);
  end.writeUInt32LE(isLarge ? ZIP64_FROM : start, 16);
  return Buffer.concat([entries, end64, end]);
}

function directoryEntry({ name, size, checksum, offset }: WrittenMember, zip64From: number): Buffer {
  const isLarge = size >= zip64From;
  const isFar = offset >= zip64From;
  const extra = zip64Extra([...(isLarge ? [size, size] : []), ...(isFar ? [offset] : [])]);
  const nameBytes = Buffer.from(name, 'utf8');
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(ENTRY, 0);
  entry.writeUInt16LE(VERSION, 4);
  common(entry, 6, checksum, isLarge ? ZIP64_FROM : size);
  entry.writeUInt16LE(nameBytes.length, 28);
  entry.writeUInt16LE(extra.length, 30);
  entry.writeUInt32LE(isFar ? ZIP64_FROM : offset, 42);
  return Buffer.concat([entry, nameBytes, extra]);
}

/** The fields that a member's header and its directory entry share, from the version on. */
function common(header: Buffer, at: number, checksum: number, size: number): void {
  header.writeUInt16LE(VERSION, at);
  header.writeUInt16LE(UTF8_NAMES, at + 2);
  header.writeUInt16LE(DATE, at + 8);
  header.writeUInt32LE(checksum, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(size, at + 18);
}

function zip64Extra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(ZIP64_EXTRA, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  for (const [i, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  return extra;
}

function zip64End(count: number, size: number, start: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(END64, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(VERSION, 12);
  end.writeUInt16LE(VERSION, 14);
  for (const [i, value] of [count, count, size, start].entries()) end.writeBigUInt64LE(BigInt(value), 24 + 8 * i);
  end.writeUInt32LE(END64_LOCATOR, 56);
  end.writeBigUInt64LE(BigInt(start + size), 56 + 8);
  end.writeUInt32LE(1, 56 + 16);
  return end;
}
