import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispatch } from '../../src/cli/dispatch.js';
import { reportError } from '../../src/cli/exit.js';
import { npyOf } from '../data/fixtures.js';
import { afterAll, beforeAll, expect } from '../jest.js';

/** How a run of the command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ntk` with a folder and words. */
export type Run = (cwd: string, args: readonly string[]) => Promise<Ended>;

/**
 * Takes what is written to a stream, which seems to be no terminal meanwhile; gives it back, and the stream to what had
 * it.
 */
function capture(stream: NodeJS.WriteStream): () => string {
  const { write, isTTY, columns } = stream;
  let text = '';
  const take = (part: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    text += typeof part === 'string' ? part : Buffer.from(part).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done, null);
    return true;
  };
  Object.assign(stream, { write: take, isTTY: false, columns: undefined });
  return () => {
    Object.assign(stream, { write, isTTY, columns });
    return text;
  };
}

async function runHere(cwd: string, args: readonly string[]): Promise<Ended> {
  const before = process.cwd();
  process.chdir(cwd);
  const { NTK_DEBUG } = process.env;
  process.env.NTK_DEBUG = '';
  const taken = [process.stdout, process.stderr].map(capture);
  const { signal } = new AbortController();
  const code = await dispatch(args, signal).catch((error: unknown) => reportError(error, false));
  const [stdout, stderr] = taken.map((giveBack) => giveBack());
  if (NTK_DEBUG === undefined) delete process.env.NTK_DEBUG;
  else process.env.NTK_DEBUG = NTK_DEBUG;
  process.chdir(before);
  return { code, stdout, stderr };
}

let last: Promise<unknown> = Promise.resolve();

/** Runs `ntk` in this process, one run after the other: the folder and the streams belong to the whole process. */
export const inProcess: Run = (cwd, args) => {
  const ended = last.then(() => runHere(cwd, args));
  last = ended.catch(() => undefined);
  return ended;
};

/** A folder of its own for the runs of a test file. */
export interface Bench {
  readonly path: (name: string) => string;
  /** Names of the files in it, hidden ones too. */
  readonly files: () => readonly string[];
  readonly write: (name: string, content: string | Uint8Array) => void;
  readonly ntk: (...args: readonly string[]) => Promise<Ended>;
}

/** Numbers that look random, from a fixed rule. */
export function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1)) * 2);
}

/**
 * Makes the folder before the tests of a file, with `x.npy` [6, 3] and `z.csv` [2, 3] in it, and removes it afterwards.
 */
export function bench(run: Run = inProcess): Bench {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(path(name), content);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ntk-cli-'));
    write('x.npy', npyOf([6, 3], numbers(18)));
    write('z.csv', 'a,b,c\n1,2,3\n0.5,-1,2\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path,
    write,
    files: () => readdirSync(folder).sort(),
    ntk: (...args) => run(folder, args),
  };
}

/**
 * Expects bad usage: exit code 2, nothing on stdout, one message in the house pattern that holds `parts`, nothing
 * written.
 */
export async function refused(
  { ntk, files }: Bench,
  args: readonly string[],
  ...parts: readonly string[]
): Promise<void> {
  const before = files();
  const { code, stdout, stderr } = await ntk(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  for (const part of parts) expect(stderr).toContain(part);
  expect(stderr).toMatch(/^ntk[\s\S]*: [\s\S]+, got[\s\S]+[.?]\n$/);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(files()).toEqual(before);
}
