import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { InternalError, UsageError } from '../errors.js';
import { loadLibrary, type NativeLibrary } from './native-library.js';
import { CORE_VARIABLE, type CoreChoice, type OpenLibrary, openLibrary, type Surroundings } from './open-library.js';
import { optionalPackage } from './package-files.js';
import { processor } from './processor.js';

type Koffi = typeof import('koffi');

/** What `auto` looks for, in this order, where the system's loader finds it. */
const KNOWN: readonly (readonly string[])[] = [['libopenblas.so.0'], ['liblapack.so.3', 'libblas.so.3']];

/** How to get a native library. */
export const NATIVE_REMEDY =
  'Install OpenBLAS (Debian, Ubuntu: apt-get install libopenblas0-pthread), or give the path of the library: ' +
  '--native PATH.';
const KOFFI_REMEDY = 'Install it: npm install koffi.';

/** What is known of the native library that `--native` leads to, for `ntk backends` and records. */
export interface NativeFacts {
  readonly available: boolean;
  /** Library, version and core: `OpenBLAS 0.3.21 (libopenblas.so.0, core SkylakeX)`. */
  readonly name?: string;
  /** As it was loaded: a path, or a name that the system's loader knows. */
  readonly path?: string;
  /** Processor whose kernels an OpenBLAS computes with, in its own word. */
  readonly core?: string;
  /** Who chose the core: the library itself, the engine, or the variable OPENBLAS_CORETYPE. */
  readonly coreChoice?: CoreChoice;
  /** What is worth knowing of that choice. */
  readonly note?: string;
  /** Why there is none. */
  readonly reason?: string;
  /** What would bring one. */
  readonly remedy?: string;
}

/** A library that was looked for: found, or why not and what helps. */
type Search = OpenLibrary | { readonly reason: string; readonly remedy: string };

/** Libraries do not come and go: each is looked for once, and stays loaded. */
const searched = new Map<string, Promise<Search>>();

/**
 * What the choice of a core depends on here. Node hands its own variables to the C library on the main thread only;
 * another thread has a copy of them.
 */
function surroundings(): Surroundings {
  const setCore = (core: string | undefined): void => {
    if (core === undefined) delete process.env[CORE_VARIABLE];
    else process.env[CORE_VARIABLE] = core;
  };
  return {
    processor: processor(),
    asked: process.env[CORE_VARIABLE],
    setCore: isMainThread ? setCore : null,
  };
}

async function look(native: string): Promise<Search> {
  if (native === 'off') return { reason: 'switched off by --native off', remedy: 'Use --native auto.' };
  let koffi: Koffi;
  try {
    koffi = await optionalPackage<Koffi>('koffi');
  } catch {
    return { reason: 'the package koffi, which calls native libraries, is not installed', remedy: KOFFI_REMEDY };
  }
  if (native !== 'auto') {
    const found = openLibrary(koffi, [native], surroundings());
    return 'library' in found ? found : { reason: found.reason, remedy: NATIVE_REMEDY };
  }
  const reasons: string[] = [];
  for (const paths of KNOWN) {
    const found = openLibrary(koffi, paths, surroundings());
    if ('library' in found) return found;
    reasons.push(`${basename(paths[0])}: ${found.reason}`);
  }
  return { reason: reasons.join('; '), remedy: NATIVE_REMEDY };
}

function search(native: string): Promise<Search> {
  const known = searched.get(native);
  if (known !== undefined) return known;
  const found = look(native);
  searched.set(native, found);
  return found;
}

/**
 * What `--native` leads to: `auto`, `off` or a path. Never throws: a path that does not work is reported with its
 * reason.
 */
export async function nativeFacts(native: string): Promise<NativeFacts> {
  const found = await search(native);
  if (!('library' in found)) return { available: false, ...found };
  const { library, coreChoice, note } = found;
  return {
    available: true,
    name: library.name,
    path: library.paths[0],
    ...(library.core === null ? {} : { core: library.core }),
    ...(coreChoice === null ? {} : { coreChoice }),
    ...(note === undefined ? {} : { note }),
  };
}

/**
 * Why the library that `--native` leads to computes beneath the processor, unasked, and what helps; null where it does
 * not, or is none.
 */
export async function nativeDoubt(native: string): Promise<string | null> {
  const found = await search(native);
  return 'library' in found && found.isBeneath ? `${found.library.name}: ${found.note}` : null;
}

/**
 * The library that `--native auto|off|PATH` leads to, or null where there is none.
 *
 * Throws UsageError when a path cannot be loaded or lacks routines.
 */
export async function nativeLibrary(native: string): Promise<NativeLibrary | null> {
  const found = await search(native);
  if ('library' in found) return found.library;
  if (native === 'auto' || native === 'off') return null;
  throw new UsageError(
    `--native: must be auto, off or the path of a BLAS and LAPACK library, got ${native} (${found.reason}). ` +
      `${found.remedy}`,
  );
}

/** Loads what calls native libraries, ahead of the first call, where it is installed. */
export function loadCaller(): void {
  optionalPackage<Koffi>('koffi').catch(() => undefined);
}

/** A library by the paths of one that is loaded already, on a thread of its own. */
export async function sameLibrary(paths: readonly string[]): Promise<NativeLibrary> {
  const found = loadLibrary(await optionalPackage<Koffi>('koffi'), paths);
  if ('integers' in found) return found;
  throw new InternalError(`a thread cannot load ${paths.join(', ')}: ${found.reason}`);
}
