import type { ExpectedSize } from '../backend/contract.js';
import { loadBackend } from '../backend/select.js';
import { hasGpu } from '../platform/gpu.js';
import { defaultMemory, defaultThreads } from '../platform/limits.js';
import { nativeLibrary } from '../platform/native.js';
import { COMPUTE_DEFAULTS } from './defaults.js';
import { mayUseNative } from './library.js';
import type { KernelOptions } from './types.js';

/** Memory below which nothing is started before it is planned: threads that wait would count twice. */
const AMPLE = 2 ** 30;

/**
 * Tells `host` of a kernel of vectors whose data are about to be read, where it is what will compute: its threads start
 * meanwhile, and a BLAS is loaded. Errors are left to the run itself.
 */
export async function expectRows(
  size: Omit<ExpectedSize, 'threads'>,
  {
    backend = COMPUTE_DEFAULTS.backend,
    native = COMPUTE_DEFAULTS.native,
    threads,
    memory,
  }: Omit<KernelOptions, 'architecture'>,
): Promise<void> {
  const isHost = backend === 'host' || (backend === 'auto' && !hasGpu());
  if (!isHost || (memory ?? defaultMemory()) < AMPLE) return;
  try {
    const { tasks } = await loadBackend('host');
    tasks.rows.expect?.({ ...size, threads: threads ?? defaultThreads() });
    if (mayUseNative(size)) await nativeLibrary(native);
  } catch {
    // The run will meet the same obstacle, and say what it is.
  }
}
