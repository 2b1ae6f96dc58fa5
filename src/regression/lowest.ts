import type { SymmetricOperator } from '../operators/operator.js';
import { eigenpairs } from '../spectrum/eigenpairs.js';

/** An end of a spectrum, and its size. */
export interface Lowest {
  /** The smallest eigenvalue, from above, close wherever it stands apart. */
  readonly lowest: number;
  /** The 2-norm, from below. */
  readonly norm: number;
}

/** The smallest eigenvalue of a kernel from products alone, by Lanczos. */
export async function lowestByProducts(kernel: SymmetricOperator, signal?: AbortSignal): Promise<Lowest> {
  const { values, norm } = await eigenpairs(kernel, {
    k: 1,
    which: 'smallest',
    method: 'lanczos',
    tol: 1e-8,
    vectors: false,
    maxProducts: 300,
    memory: 0,
    ...(signal === undefined ? {} : { signal }),
  });
  return { lowest: values[0], norm };
}
