import { basename, delimiter } from 'node:path';
import { selectBackend } from '../../src/backend/select.js';
import type { BackendName, Precision } from '../../src/index.js';
import { nativeLibrary } from '../../src/platform/native.js';
import { FAST } from '../order/fast.js';

/** A backend in one of its precisions. */
export interface Combination {
  readonly backend: Exclude<BackendName, 'auto'>;
  readonly precision: Precision;
  /** A BLAS for the products. */
  readonly native?: string;
}

const OPENBLAS = 'libopenblas.so.0';

/** BLAS libraries to test with: $NTK_TEST_OPENBLAS, else what the loader finds. */
const PLACES = process.env.NTK_TEST_OPENBLAS?.split(delimiter).filter((path) => path !== '') ?? [OPENBLAS];

/** What the conformance suite runs on: a backend joins by a row here and its limits in `tolerances.ts`. */
const ALL: readonly Combination[] = [
  { backend: 'reference', precision: 'f64' },
  { backend: 'host', precision: 'f64' },
  { backend: 'host', precision: 'f32' },
  ...PLACES.flatMap((native): Combination[] => [
    { backend: 'host', precision: 'f64', native },
    { backend: 'host', precision: 'f32', native },
  ]),
  { backend: 'compiled', precision: 'f64' },
  { backend: 'compiled', precision: 'f32' },
  { backend: 'webgpu', precision: 'f32' },
  { backend: 'tensorflow', precision: 'f64' },
  { backend: 'tensorflow', precision: 'f32' },
  { backend: 'tfjs', precision: 'f32' },
];

/** Name of a combination in the titles of tests. */
export function label({ backend, precision, native }: Combination): string {
  return `${backend} ${precision}${native === undefined ? '' : ` with ${basename(native)}`}`;
}

/** Why a combination cannot be tested here; null when it can. */
async function obstacle({ backend, precision, native = 'off' }: Combination): Promise<string | null> {
  try {
    await selectBackend(backend, precision);
    await nativeLibrary(native);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What this run is for: a fast one takes what every machine has. */
const WANTED = FAST ? ALL.filter(({ backend }) => backend === 'reference' || backend === 'host') : ALL;

const OBSTACLES = await Promise.all(WANTED.map(obstacle));

/** Those that this machine has. */
export const COMBINATIONS: readonly Combination[] = WANTED.filter((_, k) => OBSTACLES[k] === null);

/** Those that it lacks, with the reason: the summary of the tests names them. */
export const SKIPPED: readonly string[] = WANTED.map((c, k) => `${label(c)}: ${OBSTACLES[k]}`).filter(
  (_, k) => OBSTACLES[k] !== null,
);

/** Those that compute in the given precision. */
export function inPrecision(precision: Precision): readonly Combination[] {
  return COMBINATIONS.filter((c) => c.precision === precision);
}

/** BLAS libraries that are here, as `--native` takes them. */
export function nativePlaces(): readonly string[] {
  return [...new Set(COMBINATIONS.flatMap(({ native }) => native ?? []))];
}
