import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Makes a folder with those above it that are missing; one that is there is left as it is.
 *
 * Node's own way (`recursive`) never ends where the system says that a folder cannot be found in one that is there, as
 * it does below `/proc`.
 *
 * @throws the error of the system
 */
export function makeFolders(path: string, mode = 0o777): void {
  const missing: string[] = [];
  // The system's own word on a file.
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false) mkdirSync(path);
  for (let at = resolve(path); !isThere(at); at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Another process may have been faster.
      if (!isThere(folder)) throw error;
    }
  }
}
