import { type FileHandle, open, rm } from 'node:fs/promises';
import { isNtkError } from '../../errors.js';
import { writeFailure } from './failure.js';
import { type FileMark, markOf } from './mark.js';
import { publish, temporaryFor } from './publish.js';

/**
 * Writes a file beside `path` that takes its name once it is whole; whatever goes wrong, nothing stays.
 *
 * With `replace` it takes the place of a file of that name, without it that file stays. Returns which file it is.
 * @throws OutputError when the folder is missing or cannot be written to, the disk is full, or the name is taken
 */
export async function writeBeside(
  path: string,
  write: (handle: FileHandle) => Promise<void>,
  replace = true,
): Promise<FileMark> {
  const temporary = temporaryFor(path);
  try {
    const handle = await open(temporary, 'wx');
    let mark: FileMark;
    try {
      await write(handle);
      mark = markOf(await handle.stat({ bigint: true }));
    } finally {
      await handle.close();
    }
    await publish(temporary, path, replace);
    return mark;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw isNtkError(error) ? error : writeFailure(path, error);
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
