import { UsageError } from '../errors.js';
import { dot } from '../linalg/vectors.js';
import type { SymmetricOperator } from '../operators/operator.js';
import { dotRows, norm } from './rows.js';

/**
 * Kernel-target alignment tr(Y' K Y) / (|K|_F |Y Y'|_F) of targets Y `[outputs, n]`, one output after the other: 1
 * where K is a multiple of Y Y'.
 *
 * One product with a block of `outputs` vectors; `frobenius` is |K|_F. Zero targets or a zero matrix give 0. Throws
 * UsageError when the length of Y is not a multiple of n. Source: N. Cristianini et al., On kernel-target alignment,
 * NIPS 2001.
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
  return frobenius > 0 ? targetForm(targets, await operator.apply(targets, outputs), n) / frobenius : 0;
}

/**
 * tr(Y' K Y) / |Y Y'|_F, the alignment times |K|_F, of targets Y and products K Y, both `[outputs, n]`; 0 for Y = 0.
 */
export function targetForm(targets: Float64Array, products: Float64Array, n: number): number {
  const outputs = targets.length / n;
  const row = (c: number): Float64Array => targets.subarray(c * n, (c + 1) * n);
  let gram = 0;
  for (let a = 0; a < outputs; a++) for (let b = 0; b < outputs; b++) gram += dot(row(a), row(b)) ** 2;
  return gram > 0 ? dot(targets, products) / Math.sqrt(gram) : 0;
}

/** |K|_F from the entries, or from all eigenvalues: the root of the sum of squares. */
export function frobeniusNorm(numbers: Float64Array): number {
  return norm(numbers);
}

/**
 * Share of the targets Y `[outputs, n]` along each eigenvector: |Y v_i|^2 / |Y|_F^2 for rows v_i of `vectors` `[k, n]`;
 * zeros for Y = 0.
 *
 * Their sum is the share of the targets that the first k directions can fit.
 */
export function targetShares(vectors: Float64Array, targets: Float64Array, outputs = 1): Float64Array {
  const n = targets.length / outputs;
  const whole = dot(targets, targets);
  const along = new Float64Array(outputs);
  return Float64Array.from({ length: vectors.length / n }, (_, i) => {
    dotRows(targets, outputs, n, vectors.subarray(i * n, (i + 1) * n), along);
    return whole > 0 ? dot(along, along) / whole : 0;
  });
}
