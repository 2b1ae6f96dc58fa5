import { UsageError } from '../errors.js';
import type { SymmetricOperator } from '../matrix/operator.js';
import { dot, norm } from './rows.js';

/**
 * Kernel-target alignment tr(Y' K Y) / (|K|_F |Y Y'|_F) of targets Y `[outputs, n]`, one output after the other: 1 where K is a multiple of Y Y'.
 *
 * One product with a block of `outputs` vectors; `frobenius` is |K|_F. Zero targets or a zero matrix give 0. Throws UsageError when the
 * length of Y is not a multiple of n. Source: N. Cristianini et al., On kernel-target alignment, NIPS 2001.
 */
export async function kernelTargetAlignment(
  operator: SymmetricOperator,
  targets: Float64Array,
  frobenius: number,
): Promise<number> {
  const n = operator.size;
  const outputs = targets.length / n;
  if (!Number.isInteger(outputs) || outputs < 1) {
    throw new UsageError(
      `targets: length must be a multiple of ${n}, got ${targets.length}. Give one number a row and output.`,
    );
  }
  const products = await operator.apply(targets, outputs);
  const row = (c: number): Float64Array => targets.subarray(c * n, (c + 1) * n);
  let gram = 0;
  for (let a = 0; a < outputs; a++) for (let b = 0; b < outputs; b++) gram += dot(row(a), row(b)) ** 2;
  const below = frobenius * Math.sqrt(gram);
  return below > 0 ? dot(targets, products) / below : 0;
}

/** |K|_F from the entries, or from all eigenvalues: the root of the sum of squares. */
export function frobeniusNorm(numbers: Float64Array): number {
  return norm(numbers);
}

/**
 * Share of the targets `[n]` along each eigenvector: (v_i . y)^2 / |y|^2 for rows v_i of `vectors` `[k, n]`; zeros for y = 0.
 *
 * Their sum is the share of the targets that the first k directions can fit.
 */
export function targetShares(vectors: Float64Array, targets: Float64Array): Float64Array {
  const n = targets.length;
  const whole = dot(targets, targets);
  return Float64Array.from({ length: vectors.length / n }, (_, i) =>
    whole > 0 ? dot(vectors.subarray(i * n, (i + 1) * n), targets) ** 2 / whole : 0,
  );
}
