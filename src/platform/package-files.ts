import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BackendError } from '../errors.js';
import { bundleOf } from './bundle.js';

/** Name of this package, as its `package.json` has it and as others import it. */
const NAME = 'ntk-engine';

/** From this file to the root of the package, where it is not bundled. */
const UP = '../../../';

const REMEDY =
  `Leave the package out of the bundle (esbuild --external:${NAME}; vite: ssr.external), or install ${NAME} where ` +
  'the bundle runs.';

/**
 * Where code of this process stands, as addresses of files: this module, or the bundle that it is in; the script; the
 * working folder.
 */
function places(): readonly string[] {
  // What bundlers write as CommonJS has no address of its own.
  const own: string | undefined = import.meta.url;
  const script: string | undefined = process.argv[1];
  const here = pathToFileURL(join(process.cwd(), 'package.json')).href;
  return [own, script && pathToFileURL(script).href, here].filter((place) => place?.startsWith('file:') === true);
}

function isOurs(folder: string): boolean {
  try {
    const { name }: { readonly name?: unknown } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return name === NAME;
  } catch {
    return false;
  }
}

function installedFrom(place: string): string | null {
  try {
    return fileURLToPath(new URL('.', pathToFileURL(createRequire(place).resolve(`${NAME}/package.json`))));
  } catch {
    return null;
  }
}

/**
 * The folder of this package: around this file, or, where that is in a bundle, the one that is installed for it; null
 * where there is none.
 */
function findRoot(): string | null {
  const [own] = places();
  const around = own === undefined ? null : fileURLToPath(new URL(UP, own));
  if (around !== null && isOurs(around)) return around;
  return places().reduce<string | null>((found, place) => found ?? installedFrom(place), null);
}

let root: string | null | undefined;

/**
 * The folder of this package with what is no code of the main thread: modules of WebAssembly, programs of threads; null
 * in a bundle without it.
 */
export function packageFolder(): string | null {
  root ??= findRoot();
  return root;
}

/**
 * The address of a file of this package by its path from the package's folder.
 *
 * @throws BackendError where it is missing, as in a bundle: it names the file and what to do
 */
export function packageFile(path: string): URL {
  const folder = packageFolder();
  if (folder !== null && existsSync(join(folder, path))) return pathToFileURL(join(folder, path));
  const where = folder === null ? `no package ${NAME} for ${places()[0]}` : `none in ${folder}`;
  throw new BackendError(`${path}: must lie in the package ${NAME}, whose code needs it, got ${where}. ${REMEDY}`);
}

/**
 * The address of a program of threads: `bundled` is the name of its bundle, `path` what is run where there is none.
 *
 * @throws BackendError as `packageFile` does
 */
export function threadProgram(bundled: string, path: string): URL {
  const folder = packageFolder();
  return (folder === null ? null : bundleOf(folder, bundled)) ?? packageFile(path);
}

/**
 * The path of a file of this package by its path from the package's folder.
 *
 * @throws BackendError as `packageFile` does
 */
export function packagePath(path: string): string {
  return fileURLToPath(packageFile(path));
}

/** The path of a file of this package as a user types it in the working folder; null where it is not there. */
export function shownPath(path: string): string | null {
  const folder = packageFolder();
  if (folder === null || !existsSync(join(folder, path))) return null;
  const short = relative(process.cwd(), join(folder, path));
  return short.startsWith('..') ? join(folder, path) : short;
}

/** `require` as code of this package has it, for packages that it depends on. */
export function packageRequire(): NodeJS.Require {
  const folder = packageFolder();
  return createRequire(folder === null ? places()[0] : join(folder, 'package.json'));
}

/**
 * A package that need not be installed. Its name is not in the `import` itself, so that bundlers leave it to the run.
 *
 * @throws the error of `import` where it is not there
 */
export async function optionalPackage<T>(name: string): Promise<T> {
  const loaded: T = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  return loaded;
}
