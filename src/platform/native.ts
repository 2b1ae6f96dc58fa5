import { basename } from 'node:path';
import { InternalError, UsageError } from '../errors.js';
import { loadLibrary, type NativeLibrary, type Unusable } from './native-library.js';
import { optionalPackage } from './package-files.js';

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
  /** Library and version: `OpenBLAS 0.3.21 (libopenblas.so.0)`. */
  readonly name?: string;
  /** As it was loaded: a path, or a name that the system's loader knows. */
  readonly path?: string;
  /** Why there is none. */
  readonly reason?: string;
  /** What would bring one. */
  readonly remedy?: string;
}

/** A library that was looked for: found, or why not and what helps. */
type Search = { readonly library: NativeLibrary } | { readonly reason: string; readonly remedy: string };

/** Libraries do not come and go: each is looked for once, and stays loaded. */
const searched = new Map<string, Promise<Search>>();

const isUsable = (found: NativeLibrary | Unusable): found is NativeLibrary => 'integers' in found;

async function look(native: string): Promise<Search> {
  if (native === 'off') return { reason: 'switched off by --native off', remedy: 'Use --native auto.' };
  let koffi: Koffi;
  try {
    koffi = await optionalPackage<Koffi>('koffi');
  } catch {
    return { reason: 'the package koffi, which calls native libraries, is not installed', remedy: KOFFI_REMEDY };
  }
  if (native !== 'auto') {
    const found = loadLibrary(koffi, [native]);
    return isUsable(found) ? { library: found } : { reason: found.reason, remedy: NATIVE_REMEDY };
  }
  const reasons: string[] = [];
  for (const paths of KNOWN) {
    const found = loadLibrary(koffi, paths);
    if (isUsable(found)) return { library: found };
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
  return { available: true, name: found.library.name, path: found.library.paths[0] };
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
  if (isUsable(found)) return found;
  throw new InternalError(`a thread cannot load ${paths.join(', ')}: ${found.reason}`);
}
