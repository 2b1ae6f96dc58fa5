/** Offset of a position from another on an axis of `n`; round the end the one nearest to 0, and n/2 for half of it. */
export function signedOffset(position: number, from: number, n: number, circular: boolean): number {
  const offset = position - from;
  if (!circular) return offset;
  const before = Math.floor((n - 1) / 2);
  return ((((offset + before) % n) + n) % n) - before;
}

/** Shares of an axis that are rounding. */
const NEGLIGIBLE = 1e-15;

/** Shares of a field summed over all other axes, `[n]` of that axis. */
function along(field: readonly number[], shape: readonly number[], axis: number): Float64Array {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const sums = new Float64Array(shape[axis]);
  field.forEach((share, i) => {
    sums[Math.floor(i / inner) % shape[axis]] += share;
  });
  return sums;
}

/**
 * Standard deviation of a field on each axis, of signed offsets from `at` about their mean; warns of axes on which it
 * reaches half way round, where the sign of the offset is open.
 */
export function fieldShape(
  field: readonly number[],
  shape: readonly number[],
  at: readonly number[],
  circular: readonly boolean[],
): { readonly spread: readonly number[]; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const spread = shape.map((n, axis) => {
    const sums = along(field, shape, axis);
    const offsets = Array.from(sums, (_, i) => signedOffset(i, at[axis], n, circular[axis]));
    const opposite = offsets.indexOf(n / 2);
    if (circular[axis] && opposite >= 0 && sums[opposite] > NEGLIGIBLE) {
      warnings.push(
        `The field reaches half way round axis ${axis} of ${n} pixels: offset ${n / 2} counts as +${n / 2} in the ` +
          'spread. A larger input has room for it.',
      );
    }
    const mean = offsets.reduce((sum, d, i) => sum + sums[i] * d, 0);
    return Math.sqrt(offsets.reduce((sum, d, i) => sum + sums[i] * (d - mean) ** 2, 0));
  });
  return { spread, warnings };
}
