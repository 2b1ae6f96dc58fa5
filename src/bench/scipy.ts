import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../scripts/bench/with-scipy.py', import.meta.url));

/** ARPACK's time for the top k eigenpairs. */
export interface ScipyLine {
  readonly k: number;
  readonly seconds: number;
  /** Products with one vector. */
  readonly products: number;
  /** Largest residual over the largest eigenvalue. */
  readonly residual: number;
  /** The smallest of the k eigenvalues. */
  readonly smallest: number;
}

/** What SciPy measured, or why it did not. */
export type ScipyResult =
  | { readonly scipy: string; readonly python: string; readonly lines: readonly ScipyLine[] }
  | { readonly reason: string };

/**
 * Top eigenpairs of a stored matrix by SciPy's eigsh in a `python3` of the system, for each count, where it has SciPy.
 */
export function withScipy(path: string, counts: readonly number[]): ScipyResult {
  if (counts.length === 0) return { reason: 'the matrix is too small' };
  if (!existsSync(SCRIPT)) return { reason: 'scripts/bench/with-scipy.py is not in this installation' };
  const { status, stdout, error } = spawnSync('python3', [SCRIPT, path, '--counts', counts.join(',')], {
    encoding: 'utf8',
  });
  if (error !== undefined) return { reason: 'no python3' };
  if (status !== 0) return { reason: 'python3 has no SciPy' };
  const parsed: ScipyResult = JSON.parse(stdout);
  return parsed;
}
