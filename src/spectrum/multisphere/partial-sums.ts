import type { Bounded } from '../sphere/projection.js';

/** What the partial sums over cubes of frequencies, k_i <= m, tend to, and the error that this may have. */
export interface Limit {
  readonly value: number;
  readonly bound: number;
}

/** Exponents that a tail may fall with. */
const EXPONENTS = [0.05, 60] as const;

/** Sums over cubes of multiplicity times eigenvalue, `[degree + 1]`, from a tensor of eigenvalues with `rows` an axis. */
export function partialSums(
  at: (place: number) => Bounded,
  counts: readonly number[],
  axes: number,
): readonly Bounded[] {
  const rows = counts.length;
  const shells = counts.map(() => ({ value: 0, bound: 0 }));
  const total = rows ** axes;
  for (let place = 0; place < total; place++) {
    let [rest, largest, count] = [place, 0, 1];
    for (let j = 0; j < axes; j++) {
      const k = rest % rows;
      rest = (rest - k) / rows;
      largest = Math.max(largest, k);
      count *= counts[k];
    }
    const { value, bound } = at(place);
    shells[largest].value += count * value;
    shells[largest].bound += count * bound;
  }
  let [value, bound] = [0, 0];
  return shells.map((shell) => {
    value += shell.value;
    bound += shell.bound;
    return { value, bound };
  });
}

/**
 * A of s(m) = A - c h^p, h = 1 / (m + (d - 1) / 2), through the sums at m - 4, m - 2 and m, which have one parity; the
 * last of them where they no longer grow.
 */
function extrapolated(sums: readonly Bounded[], dim: number, m: number): number {
  const [first, second, last] = [m - 4, m - 2, m].map((k) => sums[k].value);
  const [before, step] = [second - first, last - second];
  if (!(step > sums[m].bound)) return last;
  const h = (k: number): number => k + (dim - 1) / 2;
  const [a, b] = [h(m) / h(m - 4), h(m) / h(m - 2)];
  const ratio = (p: number): number => (a ** p - b ** p) / (b ** p - 1);
  let [low, high]: [number, number] = [...EXPONENTS];
  for (let turn = 0; turn < 60; turn++) {
    const middle = (low + high) / 2;
    if (ratio(middle) < before / step) low = middle;
    else high = middle;
  }
  return last + step / (b ** low - 1);
}

/**
 * What the sums of multiplicity times eigenvalue tend to, from the sums alone: by their own power of the degree, which
 * the last three of one parity fix. The bound is what the other parity and the three before say instead, and the bounds
 * of the sums. From degree 6 on.
 */
export function limitOf(sums: readonly Bounded[], dim: number): Limit {
  const m = sums.length - 1;
  const [value, other, earlier] = [m, m - 1, m - 2].map((k) => extrapolated(sums, dim, k));
  return { value, bound: Math.abs(value - other) + Math.abs(value - earlier) + sums[m].bound };
}
