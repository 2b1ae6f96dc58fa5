import { DataError, InternalError } from '../../errors.js';
import { complaint, reasonOf } from '../../message.js';
import type { FileSource } from './file.js';

/** One member as the directory at the end of an archive declares it; sizes and offset in bytes. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly checksum: number;
  readonly packedSize: number;
  readonly size: number;
  /** Position of the member's header in the file. */
  readonly offset: number;
}

const END = 0x06054b50;
const END_SIZE = 22;
const END64_LOCATOR = 0x07064b50;
const END64_LOCATOR_SIZE = 20;
const END64 = 0x06064b50;
const END64_SIZE = 56;
const ENTRY = 0x02014b50;
const ENTRY_SIZE = 46;
const ZIP64_EXTRA = 0x0001;
const LONGEST_COMMENT = 0xffff;
/** Bytes of the largest directory: that of some hundred thousand arrays. */
const LARGEST_DIRECTORY = 1 << 23;
const IN_EXTRA_32 = 0xffffffff;

/** The members of a zip archive. @throws DataError when its directory is damaged or missing. */
export async function directoryOf(file: FileSource): Promise<readonly ZipEntry[]> {
  const { offset, size, count } = await findDirectory(file);
  if (offset + size > file.size || size > LARGEST_DIRECTORY) {
    throw damaged(file, `a directory of ${size} bytes at ${offset} in a file of ${file.size}`);
  }
  const bytes = await file.at(offset, size);
  const entries: ZipEntry[] = [];
  try {
    for (let at = 0; entries.length < count; ) {
      if (bytes.readUInt32LE(at) !== ENTRY) throw new InternalError(`no entry at ${at}`);
      entries.push(entryAt(bytes, at));
      at += ENTRY_SIZE + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    }
  } catch (error) {
    throw damaged(file, `a directory that cannot be read (${reasonOf(error)})`);
  }
  return entries;
}

interface DirectoryPlace {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

async function findDirectory(file: FileSource): Promise<DirectoryPlace> {
  const tailStart = Math.max(0, file.size - LONGEST_COMMENT - END_SIZE - END64_LOCATOR_SIZE);
  const tail = await file.at(tailStart, file.size - tailStart);
  let end = tail.length - END_SIZE;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw damaged(file, 'no directory at its end');
  const locator = end - END64_LOCATOR_SIZE;
  if (locator >= 0 && tail.readUInt32LE(locator) === END64_LOCATOR) {
    const position = Number(tail.readBigUInt64LE(locator + 8));
    if (position + END64_SIZE > file.size) throw damaged(file, `a directory at ${position}`);
    const end64 = await file.at(position, END64_SIZE);
    if (end64.readUInt32LE(0) !== END64) throw damaged(file, `no directory at ${position}`);
    const at = (offset: number) => Number(end64.readBigUInt64LE(offset));
    return { count: at(32), size: at(40), offset: at(48) };
  }
  return { count: tail.readUInt16LE(end + 10), size: tail.readUInt32LE(end + 12), offset: tail.readUInt32LE(end + 16) };
}

function entryAt(bytes: Buffer, at: number): ZipEntry {
  const nameLength = bytes.readUInt16LE(at + 28);
  const nameStart = at + ENTRY_SIZE;
  const extra = bytes.subarray(nameStart + nameLength, nameStart + nameLength + bytes.readUInt16LE(at + 30));
  const long = zip64Values(extra);
  const field = (offset: number): number => {
    const value = bytes.readUInt32LE(at + offset);
    return value === IN_EXTRA_32 ? (long.shift() ?? value) : value;
  };
  const size = field(24);
  const packedSize = field(20);
  const offset = field(42);
  return {
    name: bytes.toString('utf8', nameStart, nameStart + nameLength),
    method: bytes.readUInt16LE(at + 10),
    encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
    checksum: bytes.readUInt32LE(at + 16),
    size,
    packedSize,
    offset,
  };
}

/** The 64-bit values of the zip64 block, in the order of the fields that they replace. */
function zip64Values(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== ZIP64_EXTRA) continue;
    const count = Math.floor(extra.readUInt16LE(at + 2) / 8);
    return Array.from({ length: count }, (_, i) => Number(extra.readBigUInt64LE(at + 4 + 8 * i)));
  }
  return [];
}

function damaged(file: FileSource, got: string): DataError {
  const remedy = 'The file is damaged or truncated: copy it again.';
  return new DataError(complaint(file.where, 'must be a complete zip archive', got, remedy));
}
