import type { Backend, ExpectedSize } from '../backend/contract.js';
import type { Precision } from '../data/array.js';
import { nativeDoubt, nativeLibrary } from '../platform/native.js';
import type { NativeLibrary } from '../platform/native-library.js';
import { nativeSpeed } from '../platform/product-check.js';
import type { Computation } from './computation.js';

/** Multiply-adds of a product for which looking for a library pays. */
const NATIVE_PAYS = 5e8;

/** What was measured of the products of a backend beside a library, by both and the precision. */
const measured = new Map<string, boolean>();

/** Whether products of a library are faster than those of a backend, on one thread each; measured once. */
async function isFaster(library: NativeLibrary, backend: Backend, precision: Precision): Promise<boolean> {
  const key = `${library.paths[0]} ${backend.name} ${precision}`;
  const known = measured.get(key);
  if (known !== undefined) return known;
  const own = (await backend.speed?.())?.[precision] ?? 0;
  const faster = nativeSpeed(library, precision) > own;
  measured.set(key, faster);
  return faster;
}

/**
 * The library for the products of a computation as `--native` says; null where the backend makes them itself. A path is
 * checked whether or not it is used.
 *
 * @throws UsageError when a path cannot be loaded, lacks routines or computes wrong products
 */
export async function libraryFor(
  native: string,
  backend: Backend,
  { products, precision }: Computation,
): Promise<NativeLibrary | null> {
  const isUsed = backend.usesNative && products !== null;
  if (native === 'auto' && (!isUsed || products < NATIVE_PAYS)) return null;
  const library = await nativeLibrary(native);
  if (!isUsed || library === null) return null;
  if (native !== 'auto') return library;
  // Another BLAS that is merely found may be the reference one, which is slower than the engine.
  if (!library.isOpenBlas) return null;
  if ((await nativeDoubt(native)) === null) return library;
  return (await isFaster(library, backend, precision)) ? library : null;
}

/** Whether a kernel of vectors may be large enough for a library. */
export function mayUseNative({ rows, columns, features }: Omit<ExpectedSize, 'threads'>): boolean {
  return rows * columns * features >= NATIVE_PAYS;
}
