import { UsageError } from '../errors.js';
import type { KernelSource } from '../sources/source.js';
import type { Targets } from './targets.js';

/** @throws UsageError for targets, numbers of training rows and sources that do not belong together */
export function checkSizes(
  { rows, testRows }: KernelSource,
  { values, outputs }: Targets,
  sizes: readonly number[],
): void {
  if (values.length !== rows * outputs) {
    throw new UsageError(
      `targets: must be one a training row, ${rows}, got ${values.length / outputs}. Give the labels of these rows.`,
    );
  }
  const isFine = sizes.every((n, k) => Number.isInteger(n) && n > (k === 0 ? 0 : sizes[k - 1]) && n <= rows);
  if (sizes.length === 0 || !isFine) {
    throw new UsageError(
      `trainSizes: must be ascending whole numbers up to the ${rows} training rows, got [${sizes.join(', ')}]. ` +
        'Sort them, or leave them out.',
    );
  }
  if (testRows === 0) {
    throw new UsageError('source: must come with test rows, got none. Give them when it is made.');
  }
}
