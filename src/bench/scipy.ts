import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { betterCores } from '../platform/blas-cores.js';
import { CORE_VARIABLE } from '../platform/open-library.js';
import { type Processor, processor } from '../platform/processor.js';

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

/** An OpenBLAS that NumPy or SciPy brings with it. */
export interface PythonBlas {
  /** `OpenBLAS 0.3.30`. */
  readonly version: string;
  /** Processor whose kernels it takes, in its own word. */
  readonly core: string;
}

/** What SciPy measured, or why it did not. */
export type ScipyResult =
  | {
      readonly scipy: string;
      readonly python: string;
      readonly blas: readonly PythonBlas[];
      readonly lines: readonly ScipyLine[];
    }
  | { readonly reason: string };

/**
 * Variables under which libraries that by themselves took these cores take what suits the processor, as the engine's
 * own does: none where they do, or where the user has said it.
 */
export function coreFor(
  libraries: readonly PythonBlas[],
  processor: Processor,
  environment: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  if ((environment[CORE_VARIABLE] ?? '') !== '') return {};
  const [core] = libraries.flatMap((one) => betterCores(one.core, processor));
  return core === undefined ? {} : { [CORE_VARIABLE]: core };
}

/** The same for the libraries that `python3` loads. */
function pythonCore(): Readonly<Record<string, string>> {
  const { status, stdout } = spawnSync('python3', [SCRIPT, '--cores'], { encoding: 'utf8' });
  if (status !== 0) return {};
  const libraries: readonly PythonBlas[] = JSON.parse(stdout);
  return coreFor(libraries, processor(), process.env);
}

/**
 * Top eigenpairs of a stored matrix by SciPy's eigsh in a `python3` of the system, for each count, where it has SciPy.
 */
export function withScipy(path: string, counts: readonly number[]): ScipyResult {
  if (counts.length === 0) return { reason: 'the matrix is too small' };
  if (!existsSync(SCRIPT)) return { reason: 'scripts/bench/with-scipy.py is not in this installation' };
  const { status, stdout, error } = spawnSync('python3', [SCRIPT, path, '--counts', counts.join(',')], {
    encoding: 'utf8',
    env: { ...process.env, ...pythonCore() },
  });
  if (error !== undefined) return { reason: 'no python3' };
  if (status !== 0) return { reason: 'python3 has no SciPy' };
  const parsed: ScipyResult = JSON.parse(stdout);
  return parsed;
}
