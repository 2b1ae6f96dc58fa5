import { OutputError } from '../../errors.js';
import { codeOf, complaint, reasonOf } from '../../message.js';

/** What a system says of a write that failed, and what helps. */
const FAILURES: Readonly<Record<string, readonly [got: string, remedy: string]>> = {
  ENOENT: ['a missing folder', 'Create the folder first'],
  ENOTDIR: ['a folder that is a file', 'Choose another folder'],
  EISDIR: ['a directory', 'Choose the name of a file'],
  EACCES: ['a folder without permission to write', 'Choose another folder'],
  EPERM: ['a folder without permission to write', 'Choose another folder'],
  EROFS: ['a read-only file system', 'Choose another folder'],
  ENAMETOOLONG: ['a name that is too long for the file system', 'Choose a shorter name'],
  ENOSPC: ['a full disk', 'Free some space or choose another disk'],
  EDQUOT: ['a full disk: the quota is used up', 'Free some space or choose another disk'],
  EFBIG: ['a larger file than the system allows', 'Raise the limit (ulimit -f), choose another disk or fewer rows'],
  EIO: ['a fault of the disk (EIO)', 'Check the disk, or choose another one'],
};

/** How a message says that there is no part of a file. */
export const NOTHING_KEPT = 'nothing was kept';

/** Why a file, or stdout, did not take what was written to it; `kept` says what is there now. */
export function writeFailure(path: string, error: unknown, kept = NOTHING_KEPT): OutputError {
  const [got, remedy] = FAILURES[codeOf(error)] ?? [reasonOf(error), 'Choose another place'];
  return new OutputError(complaint(path, 'must be writable to the end', got, `${remedy}; ${kept}.`), { cause: error });
}
