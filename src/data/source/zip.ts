import { crc32 } from 'node:zlib';
import { DataError } from '../../errors.js';
import { complaint, quoted } from '../../message.js';
import { onOneLine, withoutMiddle } from '../../printable.js';
import { foreignZip } from '../formats/foreign.js';
import { besideFile, inCode, savedBy } from '../formats/foreign-code.js';
import type { Bytes } from './bytes.js';
import type { FileSource } from './file.js';
import { inflated } from './inflate.js';
import { directoryOf, type ZipEntry } from './zip-directory.js';

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_SIZE = 30;
/** Names that a message lists, and the letters of the longest. */
const [MOST_NAMES, LONGEST_NAME] = [20, 60];
const STORED = 0;
const DEFLATED = 8;

/**
 * The array `name` of an `.npz` archive; null is the only one.
 *
 * @throws DataError when the archive is damaged or has no such array, or several and no name is given.
 */
export async function npzMember(file: FileSource, name: string | null): Promise<Bytes> {
  const members = await directoryOf(file);
  const entries = members.filter((entry) => entry.name.endsWith('.npy'));
  const names = entries.map((entry) => entry.name.slice(0, -'.npy'.length));
  const listed = listOf(names);
  if (entries.length === 0) throw noArrays(file.where, members);
  if (name === null) refuseSparse(file.where, names);
  if (name === null && entries.length > 1) {
    const remedy = `Name one of them: ${file.where}:NAME.`;
    throw new DataError(complaint(file.where, 'must hold one array unless one is named', listed, remedy));
  }
  const entry = name === null ? entries[0] : entries.find((e) => e.name === `${name}.npy` || e.name === name);
  if (!entry) {
    throw new DataError(complaint(file.where, `has the arrays ${listed}`, `the name ${name}`, 'Name one of these.'));
  }
  if (entries.some((other) => other !== entry && other.name === entry.name)) {
    const got = `${listOf([entry.name])} twice`;
    throw new DataError(complaint(file.where, 'must hold one array of a name', got, 'Save the archive again.'));
  }
  return memberBytes(file, entry);
}

/** The error for an archive of other things: it says what it is where that is known. */
function noArrays(where: string, members: readonly ZipEntry[]): DataError {
  const found = foreignZip(
    members.map(({ name }) => name),
    where,
  );
  if (found !== null) return new DataError(complaint(where, 'must hold NumPy arrays', found.what, found.remedy));
  const [first] = members;
  const got =
    first === undefined
      ? 'an empty archive, without any .npy'
      : `an archive without any .npy, with ${quoted(first.name)}`;
  const remedy = first === undefined ? 'Save arrays with numpy.savez.' : 'Unpack it, or save arrays with numpy.savez.';
  return new DataError(complaint(where, 'must hold arrays', got, remedy));
}

/** Refuses what scipy.sparse.save_npz has written, whose arrays are the parts of one matrix. */
function refuseSparse(where: string, names: readonly string[]): void {
  const isSparse = ['format', 'shape', 'data'].every((part) => names.includes(part));
  if (!isSparse) return;
  const file = inCode(where);
  const dense = savedBy('scipy.sparse', `scipy.sparse.load_npz('${file}').toarray()`, besideFile(file));
  const got = `a sparse matrix of SciPy (arrays ${listOf(names)})`;
  throw new DataError(complaint(where, 'must hold a dense array', got, `Make it dense: ${dense}.`));
}

/** Names as a message lists them: not all of very many, and not all of a very long one. */
function listOf(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => withoutMiddle(onOneLine(name), LONGEST_NAME));
  return names.length > MOST_NAMES ? `${shown.join(', ')}, ...` : shown.join(', ');
}

async function memberBytes(file: FileSource, entry: ZipEntry): Promise<Bytes> {
  const where = `${file.where}:${entry.name.slice(0, -'.npy'.length)}`;
  const start = await dataStart(file, entry, where);
  const raw = () => file.range(start, start + entry.packedSize);
  const expanded = entry.method === STORED ? raw : () => inflated(raw(), 'raw', where);
  return { where, size: entry.size, maximumSize: entry.size, chunks: () => verified(expanded(), entry, where) };
}

/** Position of the first byte of a member, after checking that it can be read. */
async function dataStart(file: FileSource, entry: ZipEntry, where: string): Promise<number> {
  const refuse = (rule: string, got: string | number, remedy: string) =>
    new DataError(complaint(where, rule, got, remedy));
  if (entry.encrypted) throw refuse('must not be encrypted', 'an encrypted member', 'Save without a password.');
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw refuse('must be stored or deflated', `compression method ${entry.method}`, 'Save with savez_compressed.');
  }
  const damaged = 'The archive is damaged or truncated: copy it again.';
  if (entry.offset + LOCAL_HEADER_SIZE > file.size) throw refuse('must lie within the file', entry.offset, damaged);
  const header = await file.at(entry.offset, LOCAL_HEADER_SIZE);
  if (header.readUInt32LE(0) !== LOCAL_HEADER) throw refuse('must start with a member header', 'other bytes', damaged);
  const start = entry.offset + LOCAL_HEADER_SIZE + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + entry.packedSize > file.size) {
    throw refuse(`must lie within the ${file.size} bytes`, `an end at ${start + entry.packedSize}`, damaged);
  }
  if (entry.method === STORED && entry.packedSize !== entry.size) {
    throw refuse('a stored member must have one size', `${entry.packedSize} and ${entry.size}`, damaged);
  }
  return start;
}

/** Passes the chunks on while they agree with the declared size; the checksum is compared at the end. */
async function* verified(chunks: AsyncGenerator<Uint8Array>, entry: ZipEntry, where: string) {
  const refuse = (rule: string, got: string) =>
    new DataError(complaint(where, rule, got, 'The archive is damaged: copy it again.'));
  let size = 0;
  let checksum = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > entry.size) throw refuse(`must expand to the ${entry.size} bytes that it declares`, 'more');
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (size < entry.size) throw refuse(`must expand to the ${entry.size} bytes that it declares`, `${size}`);
  if (checksum !== entry.checksum) throw refuse('must agree with its checksum', 'other bytes');
}
