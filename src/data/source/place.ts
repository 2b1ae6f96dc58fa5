import { fstatSync, type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isatty } from 'node:tty';
import { DataError } from '../../errors.js';
import { codeOf, complaint, reasonOf } from '../../message.js';

/** What lies at a path: a regular file, a pipe that is read once, or the standard input of this process. */
export type Place = 'file' | 'pipe' | 'stdin';

/** Descriptor of the standard input. */
const STDIN = 0;

/** Other names of the standard input. */
const STDIN_PATH = /^(?:\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/;

/** Whether a path names the standard input: `-`, or what the system calls it. */
export function isStdin(path: string): boolean {
  return path === '-' || STDIN_PATH.test(path);
}

/** Whether a pipe lies at a path; false as well for what cannot be looked at. */
export function isPipe(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
  } catch {
    return false;
  }
}

/** Pipes of the shell, `<(...)`: their writer was there before this process began. */
export function isShellPipe(path: string): boolean {
  return /^\/(?:dev|proc\/(?:self|\d+))\/fd\/\d+$/.test(path);
}

/**
 * Looks at what lies at a path before anything opens it: a pipe without a writer would stop whoever opens it.
 *
 * @throws DataError when there is nothing, or what cannot be read as a file: a folder, a device, a socket, a terminal
 */
export async function placeOf(path: string): Promise<Place> {
  const found = await statOf(path);
  if (isStdin(path)) return stdinPlace(path, found);
  if (found.isFile()) return 'file';
  if (found.isFIFO()) return 'pipe';
  throw notAFile(path, kindOf(found));
}

async function statOf(path: string): Promise<Stats> {
  try {
    return path === '-' ? fstatSync(STDIN) : await stat(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function stdinPlace(path: string, found: Stats): Place {
  // `-` goes on where its file stands; the path begins at its start.
  if (found.isFile() && path !== '-') return 'file';
  if (found.isFile() || found.isFIFO() || found.isSocket()) return 'stdin';
  const got = isatty(STDIN) ? 'a terminal' : kindOf(found);
  const remedy = 'Write COMMAND | ntk ..., or ntk ... < FILE.';
  throw new DataError(complaint(path, 'must be a pipe or a file as standard input', got, remedy));
}

/** What a thing is that is no file, in words. */
export function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isCharacterDevice()) return 'a special file (a character device)';
  if (found.isBlockDevice()) return 'a special file (a block device)';
  if (found.isSocket()) return 'a special file (a socket)';
  return found.isFIFO() ? 'a special file (a pipe)' : 'a special file';
}

/** The error for what is no regular file where one is needed. */
export function notAFile(path: string, got: string): DataError {
  return new DataError(complaint(path, 'must be a regular file', got, 'Name one file.'));
}

/** What the system says of a path that names nothing. */
const NO_FILE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  ENAMETOOLONG: 'a name that is too long for the file system',
  ELOOP: 'links that lead in a circle',
};

/** The error for a file that the system does not let one read. */
export function unreadable(path: string, error: unknown, rule = 'must be a readable file'): DataError {
  const code = codeOf(error);
  if (code === 'EISDIR') return notAFile(path, 'a directory');
  const got = NO_FILE[code];
  const remedy = got === undefined ? 'Check the permissions of the file.' : 'Check the path.';
  return new DataError(complaint(path, rule, got ?? reasonOf(error), remedy), { cause: error });
}
