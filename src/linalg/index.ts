import { defaultThreads } from '../platform/limits.js';
import { nativeLibrary } from '../platform/native.js';
import type { LinearAlgebra } from './algebra.js';
import type { HostAlgebra } from './device/algebra.js';
import { type DeviceChoice, leastOnDevice } from './device/choice.js';
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

/** Linear algebra on the processor as `--native auto|off|PATH` says. Throws as `nativeAlgebra` does. */
export async function hostAlgebra(native: string, threads?: number): Promise<HostAlgebra> {
  return (await nativeAlgebra(native, threads)) ?? new (await import('./built-in/algebra.js')).BuiltInAlgebra();
}

/**
 * Dense linear algebra as `--native auto|off|PATH` says: a native library where there is one, else the engine's own;
 * with a `device`, on that of TensorFlow where it is asked for, or has a GPU and the matrix is large.
 *
 * Throws UsageError when a path cannot be loaded or lacks routines, BackendError where TensorFlow is asked for and not
 * here.
 */
export async function linearAlgebra(native: string, threads?: number, device?: DeviceChoice): Promise<LinearAlgebra> {
  const host = await hostAlgebra(native, threads);
  const least = device === undefined ? null : await leastOnDevice(native, device);
  if (device === undefined || least === null) return host;
  const { openAlgebra } = await import('./device/open.js');
  const warn = device.warn ?? (() => undefined);
  return openAlgebra(host, { least, warn });
}
