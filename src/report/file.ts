import { statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { writeAll, writeBeside } from '../data/write/beside.js';
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
 * Checks, before any work, that a result can go to `path`: its folder is there, and no file is in the way without `force`.
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
 * Writes a whole file: it appears complete or not at all.
 *
 * @throws OutputError when the disk or the folder does not take it
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  await writeBeside(path, (handle) => writeAll(handle, bytes));
}
