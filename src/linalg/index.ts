import { isAccelerator } from '../backend/select.js';
import { defaultThreads } from '../platform/limits.js';
import { nativeLibrary } from '../platform/native.js';
import type { LinearAlgebra } from './algebra.js';
import type { HostAlgebra } from './device/algebra.js';
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

/** What is known of a job when its linear algebra is chosen. */
export interface DeviceChoice {
  /** As `--backend`: `tensorflow` computes on its device, `auto` on a GPU for many rows, others on the processor. */
  readonly backend: string;
  /** Rows of the largest matrix. */
  readonly rows: number;
  /** Takes a line where the device fails and the processor takes over. */
  readonly warn?: (line: string) => void;
}

/**
 * Rows from which on a GPU is taken unasked, and from which on it is given matrices then.
 *
 * At 2,000 rows a decomposition takes LAPACK about a second, and TensorFlow needs as long to load and to reach its GPU.
 * Once it is there, what a matrix of 256 rows takes the processor, milliseconds, is about what calls and transfers
 * take.
 */
const UNASKED = { rows: 2000, least: 256 } as const;

/** Rows that the device of TensorFlow is given at least; null where the processor computes. */
async function leastOnDevice(native: string, { backend, rows }: DeviceChoice): Promise<number | null> {
  // A library that was named is meant.
  if (native !== 'auto' && native !== 'off') return null;
  if (backend === 'tensorflow') return 1;
  if (backend !== 'auto' || rows < UNASKED.rows) return null;
  return (await isAccelerator('tensorflow')) ? UNASKED.least : null;
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
