import { InternalError, UsageError } from '../../errors.js';
import type { NativeFacts } from '../native.js';
import type { NativeLibrary } from '../native-library.js';

/** How to get a native library. */
export const NATIVE_REMEDY = 'Run the computation in Node.';

const REASON = 'a page calls no native libraries';

/** What `--native` leads to: nothing. */
export async function nativeFacts(_native: string): Promise<NativeFacts> {
  return { available: false, reason: REASON, remedy: NATIVE_REMEDY };
}

/** There is nothing to doubt. */
export async function nativeDoubt(_native: string): Promise<string | null> {
  return null;
}

/** There is none. @throws UsageError for a path */
export async function nativeLibrary(native: string): Promise<NativeLibrary | null> {
  if (native === 'auto' || native === 'off') return null;
  throw new UsageError(`native: must be auto or off in a page, got ${native} (${REASON}). ${NATIVE_REMEDY}`);
}

/** Nothing calls them. */
export function loadCaller(): void {}

/** There are no threads either. */
export async function sameLibrary(paths: readonly string[]): Promise<NativeLibrary> {
  throw new InternalError(`a page cannot load ${paths.join(', ')}`);
}
