import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join, resolve, sep } from 'node:path';
import { onOneLine } from '../../printable.js';
import { digestOf } from './digest.js';
import type { CacheFolder } from './folder.js';

/** A C compiler that is here. */
export interface Compiler {
  readonly path: string;
  /** What is given to it before all else, from `NTK_CC`. */
  readonly words: readonly string[];
  /** For people: `gcc 12.2.0`. */
  readonly name: string;
  /** All that it says of its version. */
  readonly version: string;
}

/** Why something cannot be used, and what helps. */
export interface Missing {
  readonly reason: string;
  readonly remedy: string;
}

/** Names that are looked for where `NTK_CC` names none, in this order. */
const NAMES = ['cc', 'gcc', 'clang'];

/** What brings a compiler. */
export const COMPILER_REMEDY =
  'Install one (Debian, Ubuntu: apt-get install gcc libc6-dev), or name it in the environment variable NTK_CC';

/** Longest time that a compiler takes to tell its version, in milliseconds. */
const PATIENCE = 10_000;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The path of a program, as a shell finds it; null where there is none. */
function pathOf(name: string): string | null {
  if (name.includes(sep)) return isProgram(resolve(name)) ? resolve(name) : null;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

/** The words of `NTK_CC`, which may be a path with blanks. */
function wordsOf(command: string): readonly string[] {
  return existsSync(command) ? [command] : command.trim().split(/\s+/);
}

/** `gcc 12.2.0` from what a compiler says of its version. */
export function compilerName(version: string, path: string): string {
  const kind = /clang/i.test(version) ? 'clang' : /free software foundation|gcc/i.test(version) ? 'gcc' : null;
  // Distributors write numbers of their own in parentheses.
  const number = /\d+(\.\d+)+/.exec((version.split('\n')[0] ?? '').replace(/\([^)]*\)/g, ''))?.[0];
  return [kind ?? basename(path), ...(number === undefined ? [] : [number])].join(' ');
}

/** What a compiler says of its version, or the reason why it does not. */
function askVersion(path: string, words: readonly string[]): Promise<{ readonly version: string } | Missing> {
  const env = { ...process.env, LC_ALL: 'C' };
  return new Promise((answer) => {
    execFile(path, [...words, '--version'], { env, timeout: PATIENCE, killSignal: 'SIGKILL' }, (error, stdout) => {
      if (error === null && stdout.trim() !== '') return answer({ version: stdout.trim() });
      const got = error === null ? 'no word' : `exit code ${error.code ?? error.signal}`;
      answer({
        reason: `${path}: must be a C compiler that tells its version, got ${got}`,
        remedy: COMPILER_REMEDY,
      });
    });
  });
}

/** What changes when a compiler is replaced by another. */
function stampOf(path: string, words: readonly string[]): string {
  const real = realpathSync(path);
  const { mtimeMs, size } = statSync(real);
  return digestOf(JSON.stringify([path, real, mtimeMs, size, words]));
}

/**
 * The compiler that `NTK_CC` names, else cc, gcc or clang. Its version is kept in the folder, so that it is started
 * only where something is to be compiled.
 */
export async function findCompiler(folder: CacheFolder): Promise<Compiler | Missing> {
  const asked = process.env.NTK_CC?.trim() ?? '';
  const [name, ...words] = asked === '' ? [] : wordsOf(asked);
  const path = name === undefined ? (NAMES.map(pathOf).find((found) => found !== null) ?? null) : pathOf(name);
  if (path === null) {
    if (name === undefined) return { reason: `no C compiler (${NAMES.join(', ')}) was found`, remedy: COMPILER_REMEDY };
    const remedy = 'Name one that is installed in NTK_CC, or unset it to take cc, gcc or clang';
    return { reason: `NTK_CC names no program that is here, got ${onOneLine(asked)}`, remedy };
  }
  const file = `compiler-${stampOf(path, words)}.txt`;
  const kept = folder.read(file);
  const answer = kept === null ? await askVersion(path, words) : { version: new TextDecoder().decode(kept) };
  if (!('version' in answer)) return answer;
  if (kept === null) folder.keep(file, new TextEncoder().encode(answer.version));
  return { path, words, name: compilerName(answer.version, path), version: answer.version };
}
