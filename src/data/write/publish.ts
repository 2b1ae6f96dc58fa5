import { randomBytes } from 'node:crypto';
import { link, lstat, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OutputError } from '../../errors.js';
import { codeOf, complaint } from '../../message.js';
import { NOTHING_KEPT } from './failure.js';

/** Characters of a name that its temporary file shows: with the mark it stays below what file systems take. */
const SHOWN = 40;

/** A new name beside `path` for the file that is to become it: hidden, and one that no process anywhere else takes. */
export function temporaryFor(path: string): string {
  const name = basename(path).slice(0, SHOWN);
  return join(dirname(path), `.${name}.${process.pid}-${randomBytes(6).toString('hex')}.partial`);
}

/** Codes of file systems that have no second names of a file. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES'];

function appeared(path: string): OutputError {
  const rule = 'must not exist yet';
  const remedy = `Another process wrote it, ${NOTHING_KEPT} here. Choose another name or add --force.`;
  return new OutputError(complaint(path, rule, 'a file that appeared while this one was made', remedy));
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Gives a finished file its name, at once; without `replace` a file that has the name by now stays.
 *
 * @throws OutputError for such a file; what the system throws
 */
export async function publish(temporary: string, path: string, replace: boolean): Promise<void> {
  if (replace) return rename(temporary, path);
  try {
    // A second name, unlike a new one, is refused where the name is taken.
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw appeared(path);
    if (!WITHOUT_LINKS.includes(codeOf(error))) throw error;
    if (await exists(path)) throw appeared(path);
    return rename(temporary, path);
  }
  await rm(temporary);
}
