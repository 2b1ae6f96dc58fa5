import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiled tests (this file runs from `dist/test/order/`). */
const TESTS = fileURLToPath(new URL('..', import.meta.url));

/**
 * What a suite takes: seconds until it ends and seconds of processors with its processes, and of processors in a fast
 * run.
 */
export interface Took {
  readonly seconds?: number;
  readonly cpu?: number;
  readonly fast?: number;
}

/** Seconds of processors that a suite of a fast run may take. */
const FAST_MOST = 4;

/** Name of a suite: its path below `test/`, without the ending. */
export function suiteName(path: string): string {
  return relative(TESTS, path)
    .split(sep)
    .join('/')
    .replace(/\.test\.js$/, '');
}

/** What `scripts/test-times` last measured, by name. */
export function times(): ReadonlyMap<string, Took> {
  const path = join(TESTS, '../../test/order/times.json');
  return new Map(
    existsSync(path) ? Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Took>) : [],
  );
}

/** What a fast run leaves out: other processes, and the code of other backends than `reference` and `host`. */
const SLOW = /^node:child_process$|\/kernels\/(tfjs|webgpu)\//;

/** What a file imports, as it says. */
function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^import\s[^'"]*?['"]([^'"]+)['"]/gm), ...text.matchAll(/^\} from ['"]([^'"]+)['"]/gm)].map(
    ([, name]) => name,
  );
}

/** Whether a file of the tests, or one of the tests that it imports, needs what a fast run leaves out. */
function isSlow(path: string, seen: Map<string, boolean>): boolean {
  const known = seen.get(path);
  if (known !== undefined) return known;
  seen.set(path, false);
  const found = importsOf(path).some((name) => {
    if (SLOW.test(name)) return true;
    const target = join(dirname(path), name);
    return name.startsWith('.') && target.startsWith(TESTS) && existsSync(target) && isSlow(target, seen);
  });
  seen.set(path, found);
  return found;
}

/** Paths of the suites that a fast run leaves out: those, and the ones that take long without them. */
export function slowSuites(): readonly string[] {
  const [seen, took] = [new Map<string, boolean>(), times()];
  return readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(TESTS, name))
    .filter((path) => isSlow(path, seen) || (took.get(suiteName(path))?.fast ?? 0) > FAST_MOST)
    .sort();
}
