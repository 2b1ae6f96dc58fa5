import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as util from 'node:util';
import { packageFolder, packageRequire } from './package-files.js';

/** Packages as some code sees them. */
export interface PackageScope {
  /** What a package exports. @throws where it is not there */
  load(name: string): unknown;
  /** The folder of a package. @throws where it is not there */
  folderOf(name: string): string;
  /** Packages as the code of a package sees them. @throws where it is not there */
  inside(name: string): PackageScope;
}

function scopeOf(require: NodeJS.Require): PackageScope {
  return {
    load: (name) => require(name),
    folderOf: (name) => dirname(require.resolve(name)),
    inside: (name) => scopeOf(createRequire(require.resolve(`${name}/package.json`))),
  };
}

/** Packages as code of this package sees them. */
export function ownScope(): PackageScope {
  return scopeOf(packageRequire());
}

/** Packages as the code in a folder sees them. */
export function scopeAt(folder: string): PackageScope {
  return scopeOf(createRequire(join(folder, 'package.json')));
}

/**
 * Places of TensorFlow's binding, best first: packages beside this one, then what `scripts/install-tensorflow` made;
 * those that are there.
 */
export function bindingFolders(): readonly string[] {
  const require = packageRequire();
  const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].flatMap((name) => {
    try {
      return [dirname(require.resolve(`${name}/package.json`))];
    } catch {
      return [];
    }
  });
  const made = process.env.NTK_TENSORFLOW_DIR ?? join(packageFolder() ?? process.cwd(), '.tensorflow');
  const folders = [...packages, join(made, 'node_modules', '@tensorflow', 'tfjs-node')];
  return folders.filter((folder) => existsSync(join(folder, 'lib')));
}

/** Settings that TensorFlow reads when it is loaded; those of the caller stay. */
export function prepareTensorflow(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  // TF32 would round the factors of products to 10 bits.
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  // tfjs-node 4.22 calls what Node 23 took away.
  const old: { isNullOrUndefined?: (value: unknown) => boolean } = packageRequire()('node:util');
  if (!('isNullOrUndefined' in util)) old.isNullOrUndefined = (value) => value === null || value === undefined;
}

/**
 * Events for which tfjs's wasm module takes over the process: it would answer any error of the caller with its own end.
 */
const SEIZED = ['uncaughtException', 'unhandledRejection'] as const;

/** Takes back the listeners to errors of the process that `act` leaves. */
export async function withoutSeizing<T>(act: () => Promise<T>): Promise<T> {
  const listeners = SEIZED.map((event) => process.rawListeners(event));
  try {
    return await act();
  } finally {
    SEIZED.forEach((event, k) => {
      for (const listener of process.rawListeners(event)) {
        if (!listeners[k].includes(listener)) process.off(event, listener as () => void);
      }
    });
  }
}
