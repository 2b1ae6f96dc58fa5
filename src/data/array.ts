/** Element stores that an array may have. */
export type FloatArray = Float32Array | Float64Array;

/**
 * A dense array in C order (last index fastest): the form of every array that goes in or out of the library.
 *
 * `data.length` is the product of `shape`.
 */
export interface NdArray<T extends FloatArray = FloatArray> {
  /** Elements in C order. */
  readonly data: T;
  /** Size of each axis, e.g. `[n, d]`. */
  readonly shape: readonly number[];
}

/** Number formats that results come in. */
export type Precision = 'f64' | 'f32';

/** Zeroed memory that threads share; where there are none (a page that is not isolated), of this one alone. */
export function sharedBuffer(bytes: number): ArrayBuffer | SharedArrayBuffer {
  return typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}

/** Whether an array lies in memory that threads share, as far as there is any. */
export function isShared({ buffer }: FloatArray): boolean {
  return typeof SharedArrayBuffer === 'undefined' || buffer instanceof SharedArrayBuffer;
}

/** Bytes of a number. */
export function bytesOf(precision: Precision): number {
  return precision === 'f64' ? 8 : 4;
}

/** Zeros in memory of this thread. */
export function zeros(length: number, precision: Precision): FloatArray {
  return precision === 'f64' ? new Float64Array(length) : new Float32Array(length);
}

/**
 * A zeroed store of `length` elements in shared memory, so that worker threads read it without a copy.
 */
export function allocate(length: number, precision: Precision): FloatArray {
  const bytes = length * bytesOf(precision);
  const buffer = sharedBuffer(bytes);
  return precision === 'f64' ? new Float64Array(buffer) : new Float32Array(buffer);
}

/** The same array, copied into shared memory unless it lies there. */
export function inSharedMemory<T extends FloatArray>(array: T): T {
  if (isShared(array)) return array;
  const copy = allocate(array.length, array instanceof Float64Array ? 'f64' : 'f32') as T;
  copy.set(array);
  return copy;
}
