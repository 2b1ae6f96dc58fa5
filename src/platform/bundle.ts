import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** When a file was last written; null where there is none. */
function writtenAt(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

/**
 * The address of a program of the package in `folder` with all of its modules in one file, which loads several times as
 * fast; null where the build has made none, or the compiler has run since.
 */
export function bundleOf(folder: string, name: string): URL | null {
  const path = join(folder, 'dist/bundle', `${name}.js`);
  const made = writtenAt(path);
  // Only where the package is developed; a package that is installed is never compiled again.
  const compiled = writtenAt(join(folder, 'dist', '.tsbuildinfo')) ?? 0;
  return made === null || made < compiled ? null : pathToFileURL(path);
}
