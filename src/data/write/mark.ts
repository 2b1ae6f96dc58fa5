import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { OutputError } from '../../errors.js';
import { complaint } from '../../message.js';

/** Which file it is that has a name: what stays the same when a file is renamed, and differs between any two. */
export interface FileMark {
  /** File system, as this machine numbers it. */
  readonly device: bigint;
  /** Number of the file in it. */
  readonly number: bigint;
}

/** The mark of a file from what the system says of it. */
export function markOf({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): FileMark {
  return { device: dev, number: ino };
}

/**
 * Makes sure that `path` still is the file that was written there, so that what is written about it belongs to it.
 *
 * @throws OutputError when another process put another file in its place
 */
export async function checkMark(path: string, { device, number }: FileMark): Promise<void> {
  const there = await stat(path, { bigint: true }).then(markOf, () => null);
  if (there !== null && there.device === device && there.number === number) return;
  const rule = 'must stay until its record is written';
  const got = there === null ? 'no file any more' : 'a file that another process put in its place';
  throw new OutputError(
    complaint(path, rule, got, 'Its record may be of either: run one at a time, or choose another --out.'),
  );
}
