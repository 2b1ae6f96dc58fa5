import { UsageError } from '../../errors.js';
import { NATIVE_REMEDY } from '../../platform/native.js';
import {
  BUILT_IN,
  type CholeskyFactor,
  type EigenDecomposition,
  type FactorInPlace,
  type Inertia,
  type LinearAlgebra,
} from '../algebra.js';
import { largestEntry, roundingPivot, shifted } from '../matrix.js';
import { builtInCholesky } from './cholesky.js';
import { builtInEigen } from './eigen.js';
import { builtInInertia } from './inertia.js';
import { BuiltInProduct } from './product.js';
import { timesVectors } from './times.js';

/** Vectors from which on a product goes through the matrix product: fewer do not pay for packing the matrix. */
const MANY = 4;

/** Dense linear algebra without a native library: on the matrix product of the `host` backend, one thread. */
export class BuiltInAlgebra implements LinearAlgebra {
  readonly name = BUILT_IN;
  readonly isNative = false;
  readonly largestEigen = 4000;
  readonly eigenCopies = 6;
  readonly #product = new BuiltInProduct();

  async cholesky(a: Float64Array, n: number): Promise<CholeskyFactor> {
    return this.factorise(a.slice(0, n * n), n);
  }

  async factorise(a: Float64Array, n: number): Promise<FactorInPlace> {
    return this.factoriseNow(a, n);
  }

  /** As `factorise`, and waits for it. */
  factoriseNow(a: Float64Array, n: number): FactorInPlace {
    largestEntry(a, n, 'Cholesky');
    return builtInCholesky(this.#product, a, n);
  }

  async eigen(a: Float64Array, n: number, vectors: boolean): Promise<EigenDecomposition> {
    if (n > this.largestEigen) {
      throw new UsageError(
        `eigenvalues: the built-in decomposition must have at most ${this.largestEigen} rows, got ${n}. ` +
          `${NATIVE_REMEDY}`,
      );
    }
    return builtInEigen(this.#product, a, n, vectors);
  }

  async inertia(a: Float64Array, n: number, shift: number): Promise<Inertia> {
    const b = shifted(a, n, shift);
    return builtInInertia(b, n, roundingPivot(n, largestEntry(b, n, 'inertia')));
  }

  apply(a: Float64Array, n: number, x: Float64Array, columns: number): Float64Array {
    const y = new Float64Array(columns * n);
    if (columns < MANY) {
      timesVectors({ data: a, first: 0 }, n, x.subarray(0, columns * n), y);
      return y;
    }
    const left = { data: x, offset: 0, rowStep: n, depthStep: 1 };
    const right = { data: a, offset: 0, rowStep: n, depthStep: 1 };
    this.#product.add(1, left, right, columns, n, n, { data: y, offset: 0, rowStep: n });
    return y;
  }
}
