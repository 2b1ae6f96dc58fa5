import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Bench, bench, type Ended } from './ntk.js';

/** The command line, compiled. */
export const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

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

/** A folder whose runs are processes of their own. */
export interface ProcessBench extends Bench {
  readonly start: (...args: readonly string[]) => ChildProcess;
}

/** The same as `bench`, for tests of what a process has: memory, signals, pipes, threads, a system that fails. */
export function processBench(): ProcessBench {
  const at = bench((cwd, args) => ended(start(cwd, args)));
  return { ...at, start: (...args) => start(at.path('.'), args) };
}
