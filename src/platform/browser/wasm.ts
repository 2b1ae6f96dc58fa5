import { BackendError } from '../../errors.js';

/** Option of Node; a browser has none. */
export const UNGUARDED = '';

const provided = new Map<string, Uint8Array<ArrayBuffer>>();

/** Browsers have what they have. */
export function enableRelaxedSimd(): void {}

/**
 * Fetches a module of WebAssembly, so that it is there when kernels are computed on `host`. @throws BackendError where
 * it is not at the address
 */
export async function fetchModule(name: string, address: string): Promise<void> {
  const answer = await fetch(address);
  if (!answer.ok) {
    throw new BackendError(
      `${address}: must be the file ${name} of this package, got ${answer.status}. Serve dist/kernels/host.`,
    );
  }
  provided.set(name, new Uint8Array(await answer.arrayBuffer()));
}

/** The bytes of a module that was fetched. @throws BackendError where it was not */
export function moduleBytes(name: string): Uint8Array<ArrayBuffer> {
  const bytes = provided.get(name);
  if (bytes !== undefined) return bytes;
  throw new BackendError(
    `backend host: must have ${name}, got nothing fetched. Call fetchModule('${name}', address) first, or take ` +
      'reference.',
  );
}

/** Nobody knows. */
export function areMemoriesGuarded(): boolean {
  return false;
}
