import { InternalError } from '../../errors.js';
import type { BuiltInProduct } from './product.js';

let shared: BuiltInProduct | null = null;

/**
 * Loads the matrix product of this process, once: importing the library loads no backend, and the product is that of
 * `host`.
 */
export async function loadSharedProduct(): Promise<void> {
  if (shared !== null) return;
  const { BuiltInProduct } = await import('./product.js');
  shared ??= new BuiltInProduct();
}

/** The matrix product of this process. Throws InternalError before {@link loadSharedProduct}. */
export function sharedProduct(): BuiltInProduct {
  if (shared === null) throw new InternalError('the shared product is used before it is loaded');
  return shared;
}
