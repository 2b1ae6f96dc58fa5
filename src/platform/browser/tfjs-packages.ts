import { BackendError } from '../../errors.js';
import type { PackageScope } from '../tfjs-packages.js';

/** Packages that a page has loaded as scripts, by the names of the globals that they make. */
const GLOBALS: Readonly<Record<string, string>> = {
  '@tensorflow/tfjs-core': 'tf',
  '@tensorflow/tfjs-layers': 'tf',
  '@tensorflow/tfjs-backend-cpu': 'tf',
};

/** What a page has loaded. */
export function ownScope(): PackageScope {
  const scope: PackageScope = {
    load: (name) => {
      const found: unknown = Reflect.get(globalThis, GLOBALS[name] ?? name);
      if (found !== undefined) return found;
      throw new BackendError(
        `${name}: must be loaded by the page, got nothing. Load the script of TensorFlow.js first.`,
      );
    },
    folderOf: (name) => {
      throw new BackendError(
        `${name}: must have a folder, got a page, which has none. Take the backend cpu or webgl of TensorFlow.js.`,
      );
    },
    inside: () => scope,
  };
  return scope;
}

/** There are no folders. */
export function scopeAt(_folder: string): PackageScope {
  return ownScope();
}

/** A page has no binding of TensorFlow. */
export function bindingFolders(): readonly string[] {
  return [];
}

/** Nothing is read from an environment. */
export function prepareTensorflow(): void {}

/** A page has no process that could be seized. */
export async function withoutSeizing<T>(act: () => Promise<T>): Promise<T> {
  return act();
}
