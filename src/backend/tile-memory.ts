import { readableBytes } from '../data/budget.js';
import { MemoryError } from '../errors.js';
import { addressSpaceLimit } from '../platform/limits.js';
import { areMemoriesGuarded, UNGUARDED } from '../platform/wasm.js';

/** Memory that WebAssembly could not have, as an error that says why. */
function noMemory(bytes: number, error: unknown): MemoryError {
  const limit = addressSpaceLimit();
  const got = error instanceof Error ? error.message : String(error);
  const rule = `memory: the system must give ${readableBytes(bytes)} for tiles`;
  if (limit === Number.POSITIVE_INFINITY || !areMemoriesGuarded())
    return new MemoryError(`${rule}, got: ${got}. Promise less memory.`, { cause: error });
  return new MemoryError(
    `${rule}, got: ${got} (ulimit -v is ${readableBytes(limit)}, and Node reserves some 10 GiB of addresses around ` +
      `each memory of WebAssembly). Set NODE_OPTIONS=${UNGUARDED}, or raise ulimit -v.`,
    { cause: error },
  );
}

/**
 * Memory for `bytes`, shared so that finished tiles are read without a copy.
 *
 * @throws MemoryError when the system does not give it
 */
export function createMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / 65_536);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    throw noMemory(bytes, error);
  }
}
