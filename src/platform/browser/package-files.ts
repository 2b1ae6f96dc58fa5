import { BackendError } from '../../errors.js';

/** A page has no folder of the package. */
export function packageFolder(): string | null {
  return null;
}

/** @throws BackendError as a page reads no files */
export function packageFile(path: string): URL {
  throw new BackendError(`${path}: must be a file of the package, got a page, which reads none. Run this in Node.`);
}

/** @throws BackendError as a page reads no files */
export function threadProgram(_bundled: string, path: string): URL {
  return packageFile(path);
}

/** @throws BackendError as a page reads no files */
export function packagePath(path: string): string {
  return packageFile(path).href;
}

/** Nothing is shown as a path. */
export function shownPath(_path: string): string | null {
  return null;
}

/**
 * A package that need not be there, by the name that the page maps. @throws the error of `import` where it is not there
 */
export async function optionalPackage<T>(name: string): Promise<T> {
  const loaded: T = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  return loaded;
}
