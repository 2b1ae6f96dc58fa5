import type { NdArray } from './array.js';

/** Examples `[from, to)` of x `[n, ...]`, in the same memory. */
export function examplesBetween({ data, shape: [n, ...each] }: NdArray, from: number, to: number): NdArray {
  const size = data.length / n;
  return { data: data.subarray(from * size, to * size), shape: [to - from, ...each] };
}

/** The first examples of x `[n, ...]`: x itself where these are all of them. */
export function firstExamples(x: NdArray, count: number): NdArray {
  return count === x.shape[0] ? x : examplesBetween(x, 0, count);
}

/** A copy of the examples of x `[n, ...]` with these numbers. */
export function someExamples({ data, shape: [n, ...each] }: NdArray, numbers: readonly number[]): NdArray {
  const size = data.length / n;
  const copy = new Float64Array(numbers.length * size);
  numbers.forEach((row, k) => {
    copy.set(data.subarray(row * size, (row + 1) * size), k * size);
  });
  return { data: copy, shape: [numbers.length, ...each] };
}
