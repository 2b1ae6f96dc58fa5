import type { NdArray } from '../../data/array.js';
import { InterruptedError } from '../../errors.js';
import { nextTask } from '../../platform/tasks.js';

/** Rows whose distances are taken at once: their numbers stay in the cache while the others go by. */
const BLOCK = 16;

/** Squared distance of rows i and j, from their differences: near ones keep their digits. */
function squaredDistance(x: ArrayLike<number>, size: number, i: number, j: number): number {
  const [a, b] = [i * size, j * size];
  let [even, odd] = [0, 0];
  let k = 0;
  for (; k + 1 < size; k += 2) {
    const first = x[a + k] - x[b + k];
    const second = x[a + k + 1] - x[b + k + 1];
    even += first * first;
    odd += second * second;
  }
  if (k < size) even += (x[a + k] - x[b + k]) ** 2;
  return even + odd;
}

/** Number of pairs i < j of n rows before those of row i. */
function pairsBefore(i: number, n: number): number {
  return (i * (2 * n - i - 1)) / 2;
}

/** Distances |x_i - x_j| of all pairs i < j into `target`, row by row. */
export async function pairDistances(x: NdArray, target: Float64Array, signal: AbortSignal | undefined): Promise<void> {
  const n = x.shape[0];
  const size = x.data.length / n;
  for (let from = 0; from < n; from += BLOCK) {
    await nextTask();
    if (signal?.aborted) throw new InterruptedError();
    const to = Math.min(n, from + BLOCK);
    for (let j = from + 1; j < n; j++) {
      for (let i = from; i < Math.min(to, j); i++) {
        target[pairsBefore(i, n) + j - i - 1] = Math.sqrt(squaredDistance(x.data, size, i, j));
      }
    }
  }
}

/** The rows of a pair by its number among i < j, row by row. */
export function pairAt(number: number, n: number): readonly [number, number] {
  let i = 0;
  while (pairsBefore(i + 1, n) <= number) i++;
  return [i, i + 1 + number - pairsBefore(i, n)];
}

/** Moves the entries above the diagonal of a matrix `[n, n]` to its front, row by row, and returns them. */
export function packUpper(matrix: Float64Array, n: number): Float64Array {
  let to = 0;
  for (let i = 0; i < n; i++) {
    matrix.copyWithin(to, i * n + i + 1, (i + 1) * n);
    to += n - i - 1;
  }
  return matrix.subarray(0, to);
}
