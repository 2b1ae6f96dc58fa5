import type { SpectrumEnd } from './dense.js';
import type { StoredMatrix } from './inverse.js';
import type { MissedCheck } from './iteration.js';

/**
 * Counts the eigenvalues beyond those found, by the inertia of A - bound I (Sylvester), and compares.
 *
 * The bound lies by `slack` inside of the innermost value found, values `[k]` descending: copies of that value itself
 * are not counted.
 */
export async function checkByInertia(
  { entries, size, algebra }: StoredMatrix,
  values: Float64Array,
  which: SpectrumEnd,
  slack: number,
): Promise<MissedCheck> {
  const isLargest = which === 'largest';
  const bound = isLargest ? values[values.length - 1] + slack : values[0] - slack;
  const inertia = await algebra.inertia(entries, size, bound);
  const beyond = isLargest ? inertia.positive : inertia.negative;
  const found = values.filter((value) => (isLargest ? value > bound : value < bound)).length;
  return { by: 'inertia', bound, missed: Math.max(0, beyond - found), risk: 0 };
}
