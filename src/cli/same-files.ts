import { statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { ParsedArguments } from './options/parsed.js';

/** Flags that name files which are written, by the command where only it does. */
const WRITTEN = ['out', 'vectors', 'variance', 'contributions', 'save-weights'];
const WRITTEN_BY: Readonly<Record<string, readonly string[]>> = { plot: ['data'] };

/** Flags that name files which are read. */
const READ = ['labels', 'test-labels', 'kernel', 'cross', 'arch', 'weights', 'model'];

/** Commands that write a record beside `--out`, with the ending `.json`. */
const RECORDED = ['kernel', 'empirical'];

/** A file of a command line, and what it is called in messages. */
interface Named {
  readonly name: string;
  readonly path: string;
}

/** The file that a path names, however it is written; null where there is none. */
function fileAt(path: string): string | null {
  try {
    const stat = statSync(path, { bigint: true });
    return stat.isFile() ? `${stat.dev} ${stat.ino}` : null;
  } catch {
    return null;
  }
}

function named(args: ParsedArguments, flags: readonly string[]): readonly Named[] {
  return flags.flatMap((flag) => (args.values.get(flag) ?? []).map((path) => ({ name: `--${flag}`, path })));
}

function written(args: ParsedArguments, command: string): readonly Named[] {
  const out = args.values.get('out')?.[0];
  const record = out === undefined ? '' : `${out.slice(0, out.length - extname(out).length)}.json`;
  const records = RECORDED.includes(command) && out !== undefined ? [{ name: 'the record', path: record }] : [];
  return [...named(args, [...WRITTEN, ...(WRITTEN_BY[command] ?? [])]), ...records];
}

/**
 * Refuses a command that would write over a file which it reads, or one result over another: `--force` is for files of
 * before.
 *
 * @throws UsageError
 */
export function checkFiles(args: ParsedArguments, command: string): void {
  const taken = new Map<string, string>();
  // Without --force no file that is there is written over.
  const read = args.switches.has('force')
    ? [...args.positionals.map((path) => ({ name: path, path })), ...named(args, READ)]
    : [];
  for (const { name, path } of read) {
    // An array of an archive is named behind its file.
    const file = fileAt(path) ?? fileAt(path.replace(/:[^:/]*$/, ''));
    if (file !== null) taken.set(file, `${name}, which is read`);
  }
  for (const { name, path } of written(args, command)) {
    const file = fileAt(path) ?? resolve(path);
    const before = taken.get(file);
    if (before !== undefined) {
      throw new UsageError(`${name} ${path}: must be a file of its own, got that of ${before}. Choose another name.`);
    }
    taken.set(file, name);
  }
}
