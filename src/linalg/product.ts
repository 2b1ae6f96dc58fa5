import type { Precision } from '../data/array.js';
import { BUILT_IN } from './algebra.js';
import type { Operand, Target } from './built-in/product.js';
import { nativeAlgebra } from './index.js';

/** Matrix products of one precision, on strided parts of arrays. */
export interface MatrixProduct {
  /** What computes, for records. */
  readonly name: string;
  readonly isNative: boolean;
  /**
   * C (i, j) = sum_k A(i, k) B(j, k) for i < rows, j < columns, k < depth; with `add` it is added to what stands there.
   *
   * Of each operand the step along its rows or along the depth is 1; C does not overlap them.
   */
  multiply(a: Operand, b: Operand, rows: number, columns: number, depth: number, c: Target, add: boolean): void;
}

function clear({ data, offset, rowStep }: Target, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) data.fill(0, offset + i * rowStep, offset + i * rowStep + columns);
}

/**
 * Matrix products as `--native auto|off|PATH` says: of a native library where there is one, else of the `host` backend
 * on one thread.
 *
 * @throws UsageError when a path cannot be loaded or lacks routines
 */
export async function matrixProduct(native: string, precision: Precision, threads?: number): Promise<MatrixProduct> {
  const library = await nativeAlgebra(native, threads);
  if (library !== null) {
    return {
      name: library.name,
      isNative: true,
      multiply: (...args) => library.multiply(...args),
    };
  }
  const { BuiltInProduct } = await import('./built-in/product.js');
  const own = new BuiltInProduct(precision);
  return {
    name: BUILT_IN,
    isNative: false,
    multiply(a, b, rows, columns, depth, c, add) {
      if (!add) clear(c, rows, columns);
      own.add(1, a, b, rows, columns, depth, c);
    },
  };
}
