import type { MultisphereResult } from '../records/multisphere.js';
import { csvText } from './csv.js';

/** Eigenvalues as csv: a row for each frequency, a column for each of its degrees; of each kernel value and bound. */
export function multisphereCsv({ positions, frequencies, multiplicities, rows }: MultisphereResult): string {
  const degrees = Array.from({ length: positions }, (_, j) => `k_${j + 1}`);
  const titles = rows.flatMap(({ name }) => [name, `${name} error bound`]);
  const lines = frequencies.map((k, i) => [
    ...k,
    multiplicities[i],
    ...rows.flatMap((row) => [row.eigenvalues[i], row.errorBounds[i]]),
  ]);
  return csvText([[...degrees, 'multiplicity', ...titles], ...lines]);
}
