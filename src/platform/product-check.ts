import type { NativeLibrary } from './native-library.js';

type Numbers = Float32Array | Float64Array;

/** Sizes that are multiples of no block, and beyond those for which OpenBLAS has other, small kernels. */
const SIZES = { rows: 131, columns: 117, depth: 103 } as const;

/**
 * Numbers from -0.5 to 0.5 that the factors repeat: how many, so that rows differ, and in how many bits. A sum of
 * `depth` products has 24: it is exact in single precision, in any order, and no shorter format holds the left factor.
 */
const LEFT = { period: 251, bits: 13 } as const;
const RIGHT = { period: 241, bits: 6 } as const;

/** What may be off, for a library that multiplies in another way; of sums between 1 and 10. */
const ALLOWED = { sgemm: 2 ** -16, dgemm: 2 ** -45 } as const;

/** Side of the product whose speed is measured. */
const SIDE = 256;
const RUNS = 7;

/** The routines that multiply, and their arrays. */
const KINDS = {
  sgemm: (length: number) => new Float32Array(length),
  dgemm: (length: number) => new Float64Array(length),
} as const;

type Kind = keyof typeof KINDS;

/** An array full of numbers that come again and again; written by copies, as loops are slow before they are compiled. */
function repeated<N extends Numbers>(
  array: N,
  { period, bits }: { readonly period: number; readonly bits: number },
): N {
  const scale = 2 ** bits;
  for (let i = 0; i < period; i++) array[i] = Math.floor(((i * 0.618_033_988_7) % 1) * scale) / scale - 0.5;
  for (let done = period; done < array.length; done *= 2)
    array.copyWithin(done, 0, Math.min(done, array.length - done));
  return array;
}

/** C = A B' `[rows, columns]` on one thread; in Fortran's order it is B A'. */
function multiply(library: NativeLibrary, kind: Kind, a: Numbers, b: Numbers, depth: number): Numbers {
  const { integers } = library;
  const make = KINDS[kind];
  const [rows, columns] = [a.length / depth, b.length / depth];
  const c = make(rows * columns).fill(Number.NaN);
  const [m, n, k] = [columns, rows, depth].map((size) => integers(size));
  library.setThreads(1);
  library.call(kind, 'T', 'N', m, n, k, make(1).fill(1), b, k, a, k, make(1), c, m);
  return c;
}

/** A x for A `[rows, columns]`, in double precision. */
function times(a: Numbers, x: Numbers): Float64Array {
  const columns = x.length;
  const y = new Float64Array(a.length / columns);
  for (let i = 0, k = 0; i < y.length; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++, k++) sum += a[k] * x[j];
    y[i] = sum;
  }
  return y;
}

/** A' x for A `[rows, columns]`, in double precision. */
function timesTransposed(a: Numbers, x: Numbers): Float64Array {
  const y = new Float64Array(a.length / x.length);
  for (let i = 0, k = 0; i < x.length; i++) {
    for (let j = 0; j < y.length; j++, k++) y[j] += a[k] * x[i];
  }
  return y;
}

/** What is wrong with small products of a library in single and double precision; null where nothing is. */
export function wrongProduct(library: NativeLibrary): string | null {
  const { rows, columns, depth } = SIZES;
  const a = repeated(new Float64Array(rows * depth), LEFT);
  const b = repeated(new Float64Array(columns * depth), RIGHT);
  const weights = repeated(new Float64Array(RIGHT.period), RIGHT).subarray(0, columns);
  // C w = A (B' w): each entry of C has its part in the left side, for a hundredth of the steps of a product.
  const right = times(a, timesTransposed(b, weights));
  for (const kind of ['sgemm', 'dgemm'] as const) {
    const like = (numbers: Float64Array): Numbers => (kind === 'dgemm' ? numbers : Float32Array.from(numbers));
    const got = times(multiply(library, kind, like(a), like(b), depth), weights);
    // Not a number where any of them is not.
    const worst = Math.max(...got.map((value, i) => Math.abs(value - right[i])));
    if (!(worst <= ALLOWED[kind]))
      return `${kind} of ${rows} x ${columns} x ${depth} is off by ${worst.toPrecision(2)}`;
  }
  return null;
}

/** GFLOP/s of a small product on one thread, the best of some runs; about 10 ms. */
export function nativeSpeed(library: NativeLibrary, precision: 'f32' | 'f64'): number {
  const kind = precision === 'f32' ? 'sgemm' : 'dgemm';
  const a = repeated(KINDS[kind](SIDE * SIDE), LEFT);
  let best = Number.POSITIVE_INFINITY;
  for (let r = 0; r < RUNS; r++) {
    const start = performance.now();
    multiply(library, kind, a, a, SIDE);
    best = Math.min(best, performance.now() - start);
  }
  return (2 * SIDE ** 3) / best / 1e6;
}
