import { statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { writeAll, writeBeside } from '../data/write/beside.js';
import { NOTHING_KEPT } from '../data/write/failure.js';
import { checkMark, type FileMark } from '../data/write/mark.js';
import { OutputError } from '../errors.js';

/** What lies at a path; null for nothing, or where a part of the path is no folder. */
function kindOf(path: string): 'folder' | 'file' | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    return stat.isDirectory() ? 'folder' : 'file';
  } catch {
    return null;
  }
}

/**
 * Checks, before any work, that a result can go to `path`: its folder is there, and no file is in the way without
 * `force`.
 *
 * @throws OutputError when it cannot
 */
export function checkPath(path: string, force: boolean, endings: readonly string[] | null = null): void {
  if (endings !== null && !endings.includes(extname(path).toLowerCase())) {
    throw new OutputError(
      `${path}: must end in ${endings.join(' or ')}, got ${extname(path) || 'no ending'}. Rename it.`,
    );
  }
  const folder = dirname(path);
  if (kindOf(folder) !== 'folder') {
    throw new OutputError(`${path}: must lie in a folder that exists, got ${folder}. Make the folder first.`);
  }
  const there = kindOf(path);
  if (there === 'folder') throw new OutputError(`${path}: must be a file, got a folder. Name a file in it.`);
  if (there === 'file' && !force) {
    throw new OutputError(`${path}: must not exist yet, got a file. Give --force to replace it.`);
  }
}

/**
 * Writes a whole file: it appears complete or not at all; without `replace` a file that has the name by now stays.
 * Returns which file it is.
 *
 * @throws OutputError when the disk or the folder does not take it, or the name is taken
 */
export async function writeWhole(path: string, content: string | Uint8Array, replace = true): Promise<FileMark> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return writeBeside(path, (handle) => writeAll(handle, bytes), replace);
}

/** A result that is there, and the record that is to say how it was made. */
export interface Recorded {
  readonly out: string;
  readonly mark: FileMark;
  readonly record: string;
}

/**
 * Writes the record of a result.
 *
 * @throws OutputError when the disk does not take it, which leaves the result; or when the result is no longer that of
 * this process
 */
export async function writeRecordOf({ out, mark, record }: Recorded, text: string, replace: boolean): Promise<void> {
  try {
    await writeWhole(record, text, replace);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    throw new OutputError(error.message.replace(NOTHING_KEPT, `${out} is there without it`), { cause: error });
  }
  await checkMark(out, mark);
}
