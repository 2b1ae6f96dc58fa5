import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npyOf } from '../data/fixtures.js';
import { afterAll, beforeAll, expect } from '../jest.js';

/** The command line, compiled. */
export const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** How a run of the command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `ntk` as a process of its own, with no terminal. */
export function start(cwd: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, NODE_OPTIONS: '', NTK_DEBUG: '' };
  return spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Waits for the end of a process and everything that it printed. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (part) => {
    texts.stdout += String(part);
  });
  child.stderr?.on('data', (part) => {
    texts.stderr += String(part);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...texts };
}

/** A folder of its own for the runs of a test file. */
export interface Bench {
  readonly path: (name: string) => string;
  /** Names of the files in it, hidden ones too. */
  readonly files: () => readonly string[];
  readonly write: (name: string, content: string | Uint8Array) => void;
  readonly ntk: (...args: readonly string[]) => Promise<Ended>;
  readonly start: (...args: readonly string[]) => ChildProcess;
}

/** Numbers that look random, from a fixed rule. */
export function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1)) * 2);
}

/**
 * Makes the folder before the tests of a file, with `x.npy` [6, 3] and `z.csv` [2, 3] in it, and removes it afterwards.
 */
export function bench(): Bench {
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
    ntk: (...args) => ended(start(folder, args)),
    start: (...args) => start(folder, args),
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
