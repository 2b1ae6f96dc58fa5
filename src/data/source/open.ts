import { access } from 'node:fs/promises';
import { DataError } from '../../errors.js';
import { complaint } from '../../message.js';
import type { Bytes } from './bytes.js';
import { type FileOptions, FileSource } from './file.js';
import { gunzipped } from './inflate.js';
import { npzMember } from './zip.js';

/** An opened input: the file itself (to hash and to close) and the unpacked bytes in it. */
export interface OpenInput {
  readonly file: FileSource;
  readonly bytes: Bytes;
}

const GZIP = [0x1f, 0x8b];
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const EMPTY_ZIP = [0x50, 0x4b, 0x05, 0x06];

/**
 * Opens `file`, `file.npz:name`, or `-` for the standard input, and unpacks gzip and zip, recognised by content.
 *
 * @throws DataError when there is no such file or it cannot be unpacked.
 */
export async function openInput(path: string, options: Omit<FileOptions, 'hash'> = {}): Promise<OpenInput> {
  const { filePath, member } = await splitPath(path);
  const file = await FileSource.open(filePath, options);
  try {
    return { file, bytes: await unpacked(file, member) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function unpacked(file: FileSource, member: string | null): Promise<Bytes> {
  const magic = await file.at(0, Math.min(4, file.size));
  const startsWith = (bytes: readonly number[]) => bytes.every((byte, i) => magic[i] === byte);
  if (startsWith(ZIP) || startsWith(EMPTY_ZIP)) return npzMember(file, member);
  if (member !== null) {
    throw new DataError(
      complaint(file.where, 'must be an .npz archive', `another file and the name ${member}`, `Leave out :${member}.`),
    );
  }
  return startsWith(GZIP) ? gunzipped(file) : file;
}

/** Splits at the last colon that follows an existing file; a file whose own name has a colon wins. */
async function splitPath(path: string): Promise<{ filePath: string; member: string | null }> {
  const stdin = /^-(?::(.*))?$/s.exec(path);
  if (stdin !== null) return { filePath: '-', member: stdin[1] ?? null };
  if (await exists(path)) return { filePath: path, member: null };
  for (let colon = path.lastIndexOf(':'); colon > 0; colon = path.lastIndexOf(':', colon - 1)) {
    const filePath = path.slice(0, colon);
    if (await exists(filePath)) return { filePath, member: path.slice(colon + 1) };
  }
  const named = /^(.*\.npz):([^/]*)$/.exec(path);
  return named ? { filePath: named[1], member: named[2] } : { filePath: path, member: null };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
