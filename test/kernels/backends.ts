import type { BackendName, Precision } from '../../src/index.js';

/** A backend in one of its precisions. */
export interface Combination {
  readonly backend: Exclude<BackendName, 'auto'>;
  readonly precision: Precision;
}

/** What the conformance suite runs on: a backend joins by a row here and its limits in `tolerances.ts`. */
export const COMBINATIONS: readonly Combination[] = [
  { backend: 'reference', precision: 'f64' },
  { backend: 'host', precision: 'f64' },
  { backend: 'host', precision: 'f32' },
];

/** Those that compute in the given precision. */
export function inPrecision(precision: Precision): readonly Combination[] {
  return COMBINATIONS.filter((c) => c.precision === precision);
}

/** Name of a combination in the titles of tests. */
export function label({ backend, precision }: Combination): string {
  return `${backend} ${precision}`;
}
