import type { CholeskyFactor, EigenDecomposition, Inertia, LinearAlgebra } from './algebra.js';
import { largestEntry, roundingPivot, shifted } from './matrix.js';
import { ownCholesky } from './own-cholesky.js';
import { ownEigen } from './own-eigen.js';
import { ownInertia } from './own-inertia.js';
import { OwnProduct } from './own-product.js';

/** Vectors from which on a product goes through the matrix product: fewer do not pay for packing the matrix. */
const MANY = 4;

/** y_i = row i of A times x, four sums at a time. */
function timesOne(a: Float64Array, n: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const row = a.subarray(i * n, (i + 1) * n);
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let k = 0;
    for (; k + 4 <= n; k += 4) {
      s0 += row[k] * x[k];
      s1 += row[k + 1] * x[k + 1];
      s2 += row[k + 2] * x[k + 2];
      s3 += row[k + 3] * x[k + 3];
    }
    for (; k < n; k++) s0 += row[k] * x[k];
    y[i] = s0 + s1 + (s2 + s3);
  }
}

/** Dense linear algebra without a native library: on the matrix product of the `host` backend, one thread. */
export class OwnAlgebra implements LinearAlgebra {
  readonly name = 'built in';
  readonly isNative = false;
  readonly largestEigen = 4000;
  readonly #product = new OwnProduct();

  async cholesky(a: Float64Array, n: number): Promise<CholeskyFactor> {
    largestEntry(a, n, 'Cholesky');
    return ownCholesky(this.#product, a, n);
  }

  async eigen(a: Float64Array, n: number, vectors: boolean): Promise<EigenDecomposition> {
    return ownEigen(this.#product, a, n, vectors);
  }

  async inertia(a: Float64Array, n: number, shift: number): Promise<Inertia> {
    const b = shifted(a, n, shift);
    return ownInertia(b, n, roundingPivot(n, largestEntry(b, n, 'inertia')));
  }

  apply(a: Float64Array, n: number, x: Float64Array, columns: number): Float64Array {
    const y = new Float64Array(columns * n);
    if (columns < MANY) {
      for (let c = 0; c < columns; c++) timesOne(a, n, x.subarray(c * n, (c + 1) * n), y.subarray(c * n, (c + 1) * n));
      return y;
    }
    const left = { data: x, offset: 0, rowStep: n, depthStep: 1 };
    const right = { data: a, offset: 0, rowStep: n, depthStep: 1 };
    this.#product.add(1, left, right, columns, n, n, { data: y, offset: 0, rowStep: n });
    return y;
  }
}
