import type { Step, ValueId } from '../../vocabulary/steps.js';
import type { PreparedImages } from './prepare.js';

/**
 * Weights of the parts of a sum, its constant last, where its self-kernels are one number; null where each position has
 * its own shares.
 */
export function evenWeights(
  { terms, constant }: Extract<Step, { op: 'sum' }>,
  step: ValueId,
  { deviations, exponents }: Pick<PreparedImages, 'deviations' | 'exponents'>,
): readonly number[] | null {
  const total = deviations[step];
  if (total === null) return null;
  const parts = terms.map(
    ({ value, weight }) => weight * 4 ** (exponents[value] - exponents[step]) * (deviations[value] ?? 0) ** 2,
  );
  parts.push(constant * 4 ** -exponents[step]);
  return parts.map((part) => (total > 0 ? part / (total * total) : 0));
}
