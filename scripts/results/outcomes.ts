/** Where two outcomes of one command differ. */
import type { Command } from './commands.js';
import { compareFiles, comparePrinted, type Difference } from './differences.js';
import type { Outcome } from './run.js';

/** A difference and where it was found: the name of a file, `stdout`, `stderr`, or `exit`. */
export interface Found extends Difference {
  readonly what: string;
}

/** What is known of the outcome beforehand. */
export type Expected = Pick<Command, 'exit' | 'code'>;

const found = (what: string, differences: readonly Difference[]): readonly Found[] =>
  differences.map((difference) => ({ what, ...difference }));

const written = (file: Buffer | undefined): string => (file === undefined ? 'none' : 'written');

function compareFile(path: string, before: Buffer | undefined, after: Buffer | undefined): readonly Found[] {
  if (before !== undefined && after !== undefined) return found(path, compareFiles(path, before, after));
  return [{ what: path, place: 'file', before: written(before), after: written(after) }];
}

/**
 * Differences in exit code, names of files, their contents, and what was printed; another exit than the expected one
 * counts, even in both.
 */
export function compareOutcomes({ exit, code }: Expected, before: Outcome, after: Outcome): readonly Found[] {
  const expected = exit ?? 0;
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])];
  const good = before.code === expected && after.code === expected;
  const place = `code, to be ${expected}`;
  return [
    ...(good ? [] : [{ what: 'exit', place, before: String(before.code), after: String(after.code) }]),
    ...paths.flatMap((path) => compareFile(path, before.files.get(path), after.files.get(path))),
    ...found('stdout', comparePrinted(before.stdout, after.stdout, code)),
    ...found('stderr', comparePrinted(before.stderr, after.stderr)),
  ];
}
