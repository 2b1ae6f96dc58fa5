import type { FloatArray } from '../data/array.js';
import type { NativeLibrary } from '../platform/native-library.js';

const DOUBLES = { routine: 'dgemm', one: Float64Array.of(1), zero: Float64Array.of(0) } as const;
const SINGLES = { routine: 'sgemm', one: Float32Array.of(1), zero: Float32Array.of(0) } as const;

/** Sizes of a product A B'. */
export interface ProductSizes {
  /** Rows of A and of C. */
  readonly rows: number;
  /** Rows of B, columns of C. */
  readonly columns: number;
  /** Columns of A and of B: what is summed over. */
  readonly depth: number;
  /** From one row of C to the next. */
  readonly stride: number;
}

/**
 * C = A B' for A `[rows, depth]`, B `[columns, depth]` and C `[rows, stride]`, all in C order and of one precision.
 *
 * The arrays may lie in shared memory, that of a WebAssembly module included. Waits for the end.
 */
export function nativeProduct(
  library: NativeLibrary,
  a: FloatArray,
  b: FloatArray,
  { rows, columns, depth, stride }: ProductSizes,
  c: FloatArray,
): void {
  const { integers } = library;
  const { routine, one, zero } = a instanceof Float32Array ? SINGLES : DOUBLES;
  const features = integers(depth);
  // In Fortran's order C' = B A', where A and B are already what it calls transposed.
  library.call(
    routine,
    'T',
    'N',
    integers(columns),
    integers(rows),
    features,
    one,
    b,
    features,
    a,
    features,
    zero,
    c,
    integers(stride),
  );
}
