/**
 * Makes what lies in dist/ fit for an incremental build: removes what was compiled from files that are gone, which would
 * run or be shipped again, and the compiler's own notes where something of what it compiled is missing.
 *
 * Ends with 0 where the compiler has nothing to do, with 3 where it has.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['src', 'kernels', 'scripts', 'test'];
const NOTES = join(ROOT, 'dist/.tsbuildinfo');
/** Exists since the last build that ended without an error. */
const BUILT = join(ROOT, 'dist/.built');
const NOT_COMPILED = join('kernels', 'host', 'assembly');

/** Paths of files below a folder, relative to the repository. */
function filesOf(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  const all = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name).slice(ROOT.length));
}

const sources = FOLDERS.flatMap(filesOf).filter((path) => path.endsWith('.ts') && !path.startsWith(NOT_COMPILED));
const wanted = new Set(
  sources.flatMap((path) => ['.js', '.d.ts'].map((ending) => `dist/${path.replace(/\.ts$/, ending)}`)),
);
const there = FOLDERS.flatMap((folder) => filesOf(`dist/${folder}`)).filter((path) => /\.(js|d\.ts)$/.test(path));
for (const path of there) if (!wanted.has(path)) rmSync(join(ROOT, path));

const present = new Set(there);
const isWhole = [...wanted].every((path) => present.has(path));
if (!isWhole) rmSync(NOTES, { force: true });

const since = existsSync(BUILT) && existsSync(NOTES) ? statSync(BUILT).mtimeMs : 0;
const isNewer = (path) => statSync(join(ROOT, path)).mtimeMs >= since;
const changed = [...sources, 'tsconfig.json', 'package-lock.json'].some(isNewer);
process.exitCode = changed || !isWhole ? 3 : 0;
