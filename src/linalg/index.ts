import { defaultThreads } from '../platform/limits.js';
import { nativeLibrary } from '../platform/native.js';
import type { LinearAlgebra } from './algebra.js';
import { NativeAlgebra } from './native.js';

/**
 * LAPACK as `--native auto|off|PATH` says, with `threads` threads, or null where there is none.
 *
 * Throws UsageError when a path cannot be loaded or lacks routines.
 */
export async function nativeAlgebra(native: string, threads = defaultThreads()): Promise<NativeAlgebra | null> {
  const library = await nativeLibrary(native);
  return library === null ? null : new NativeAlgebra(library, threads);
}

/**
 * Dense linear algebra as `--native auto|off|PATH` says: a native library where there is one, else the engine's own.
 *
 * Throws UsageError when a path cannot be loaded or lacks routines.
 */
export async function linearAlgebra(native: string, threads?: number): Promise<LinearAlgebra> {
  return (await nativeAlgebra(native, threads)) ?? new (await import('./built-in/algebra.js')).BuiltInAlgebra();
}
