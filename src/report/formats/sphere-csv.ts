import type { SphereResult } from '../records/sphere.js';
import { csvText } from './csv.js';

/** Eigenvalues as csv: a row for each degree; of each kernel the eigenvalue, its error bound and the prediction. */
export function sphereCsv({ degrees, multiplicities, rows }: SphereResult): string {
  const titles = rows.flatMap(({ name }) => [name, `${name} error bound`, `${name} predicted`]);
  const lines = degrees.map((k) => [
    k,
    multiplicities[k],
    ...rows.flatMap((row) => [row.eigenvalues[k], row.errorBounds[k], row.predicted[k]]),
  ]);
  return csvText([['degree', 'multiplicity', ...titles], ...lines]);
}
