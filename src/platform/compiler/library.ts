import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CompilerError } from '../../errors.js';
import { reasonOf } from '../../message.js';
import { compile } from './compile.js';
import { digestOf } from './digest.js';
import type { Compiler } from './find.js';
import type { CacheFolder } from './folder.js';

/** Changes when files of the folder mean something else. */
const FORMAT = 1;

/** Bytes of the folder beyond which what was not used for the longest time goes. */
const MOST_BYTES = 256 * 2 ** 20;

/** What was used in the last so many milliseconds stays: a process may be about to load it. */
const IN_USE = 10 * 60_000;

/** Names that are given here; other files are left alone. */
const OWN = /^(\.\d+-[0-9a-z]+|((compiler|ready)-)?[0-9a-f]{64}(-[0-9a-f]{16})?\.(json|so|txt))$/;

/** What is known of a library beside it: it is loaded as code, and half of one would end the process. */
interface Label {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What to compile, and how. */
export interface Recipe {
  readonly source: string;
  readonly flags: readonly string[];
  /** What of the processor the result depends on beside the flags. */
  readonly processor: string;
  /** Longest time that the compiler may take, seconds. */
  readonly patience?: number;
}

/** A library that was compiled, now or before. */
export interface Compiled {
  readonly path: string;
  /** Seconds that the compiler took now; 0 where the library was there. */
  readonly seconds: number;
  /** Whether it was there before. */
  readonly isCached: boolean;
}

/** The name under which the library of a recipe is kept: another source, compiler or processor has another. */
export function keyOf({ source, flags, processor }: Recipe, { words, version }: Compiler): string {
  return digestOf(JSON.stringify([FORMAT, source, flags, processor, words, version]));
}

function labelOf(folder: CacheFolder, key: string): Label | null {
  const text = folder.read(`${key}.json`);
  if (text === null) return null;
  try {
    const label: Partial<Label> | null = JSON.parse(new TextDecoder().decode(text));
    const { file, bytes, sha256 } = label ?? {};
    const isLabel = typeof file === 'string' && typeof bytes === 'number' && typeof sha256 === 'string';
    return isLabel && OWN.test(file) ? { file, bytes, sha256 } : null;
  } catch {
    return null;
  }
}

/** The path of the library of a key, where it is there and whole. */
function kept(folder: CacheFolder, key: string): string | null {
  const label = labelOf(folder, key);
  const bytes = label === null ? null : folder.read(label.file);
  if (label === null || bytes === null) return null;
  return bytes.length === label.bytes && digestOf(bytes) === label.sha256 ? folder.place(label.file) : null;
}

/** Removes what was not used for the longest time, until the rest fits into `most` bytes. */
export function sweep(folder: CacheFolder, most = MOST_BYTES): void {
  const files = folder.files().filter(({ name }) => OWN.test(name));
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const { name, bytes: size, used } of files.toSorted((a, b) => a.used - b.used)) {
    if (Date.now() - used < IN_USE) return;
    // What a process left that was ended goes in any case.
    if (bytes <= most && !name.startsWith('.')) continue;
    folder.remove(name);
    bytes -= size;
  }
}

/** Does what writes to the folder. @throws CompilerError where that cannot be done */
function writing<T>({ path }: CacheFolder, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const remedy = 'Make room, or name another folder in NTK_CACHE';
    throw new CompilerError(`${path}: must be a folder that can be written, got ${reasonOf(error)}`, remedy);
  }
}

/** Compiles into the folder; the path of the library. */
async function make(folder: CacheFolder, key: string, compiler: Compiler, recipe: Recipe): Promise<string> {
  const temporary = folder.temporary();
  try {
    // A folder that cannot be written is told in words of our own, not in those of a compiler.
    writing(folder, () => writeFileSync(temporary, '', { mode: 0o600 }));
    await compile(compiler, recipe.flags, recipe.source, temporary, recipe.patience);
    return writing(folder, () => {
      const bytes = readFileSync(temporary);
      const sha256 = digestOf(bytes);
      // Two processes may be at it: each library has a name of its own, and the label says which one counts.
      const label: Label = { file: `${key}-${sha256.slice(0, 16)}.so`, bytes: bytes.length, sha256 };
      folder.adopt(temporary, label.file);
      folder.write(`${key}.json`, new TextEncoder().encode(JSON.stringify(label)));
      sweep(folder);
      return folder.place(label.file);
    });
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** What is being compiled in this process: who wants the same waits for it. */
const atWork = new Map<string, Promise<Compiled>>();

async function find(folder: CacheFolder, key: string, compiler: Compiler, recipe: Recipe): Promise<Compiled> {
  const path = kept(folder, key);
  if (path !== null) return { path, seconds: 0, isCached: true };
  const start = performance.now();
  const made = await make(folder, key, compiler, recipe);
  return { path: made, seconds: (performance.now() - start) / 1000, isCached: false };
}

/**
 * The library of a recipe: kept in the folder, or compiled now.
 *
 * @throws CompilerError with one line where it cannot be compiled or kept; InterruptedError where this process is told
 * to stop meanwhile
 */
export function libraryOf(folder: CacheFolder, compiler: Compiler, recipe: Recipe): Promise<Compiled> {
  const key = keyOf(recipe, compiler);
  const place = folder.place(key);
  const work = atWork.get(place) ?? find(folder, key, compiler, recipe).finally(() => atWork.delete(place));
  atWork.set(place, work);
  return work;
}
