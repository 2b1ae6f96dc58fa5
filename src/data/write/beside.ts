import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { isNtkError, OutputError } from '../../errors.js';
import { codeOf, complaint, reasonOf } from '../message.js';

let written = 0;

/**
 * Writes a file beside `path` and renames it once it is whole; whatever goes wrong, nothing stays.
 *
 * @throws OutputError when the folder is missing or cannot be written to, or the disk is full.
 */
export async function writeBeside(path: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}-${written++}.partial`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await write(handle);
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw isNtkError(error) ? error : unwritable(path, error);
  }
}

/** Writes all of `bytes` at the current position of the file, in pieces that the system takes. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  const piece = 1 << 26;
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, Math.min(piece, bytes.length - at));
    at += bytesWritten;
  }
}

const REMEDIES: Readonly<Record<string, [got: string, remedy: string]>> = {
  ENOENT: ['a missing folder', 'Create the folder first.'],
  ENOTDIR: ['a folder that is a file', 'Choose another folder.'],
  EISDIR: ['a directory', 'Choose the name of a file.'],
  EACCES: ['a folder without permission to write', 'Choose another folder.'],
  EROFS: ['a read-only file system', 'Choose another folder.'],
  ENOSPC: ['a full disk', 'Free space or choose another disk.'],
};

function unwritable(path: string, error: unknown): OutputError {
  const [got, remedy] = REMEDIES[codeOf(error)] ?? [reasonOf(error), 'Choose another place.'];
  return new OutputError(complaint(path, 'must be a place that can be written', got, remedy), { cause: error });
}
