/**
 * Adds `factor` times an array over the axes `from` to one over the axes `to`, which are those and more, in C order;
 * `sizes` of all axes.
 */
export function addSpread(
  source: Float64Array,
  from: readonly number[],
  out: Float64Array,
  to: readonly number[],
  sizes: readonly number[],
  factor: number,
): void {
  if (source.length === out.length) {
    for (let i = 0; i < out.length; i++) out[i] += factor * source[i];
    return;
  }
  // The last axes that both have, or that the source lacks, are one run.
  const last = to[to.length - 1];
  const run = sizes[last];
  const along = from.includes(last);
  const outer = to.slice(0, -1);
  const strides = stridesOf(from, outer, sizes);
  const counts = outer.map((axis) => sizes[axis]);
  const at = outer.map(() => 0);
  let base = 0;
  for (let start = 0; start < out.length; start += run) {
    if (along) for (let i = 0; i < run; i++) out[start + i] += factor * source[base + i];
    else {
      const term = factor * source[base];
      for (let i = 0; i < run; i++) out[start + i] += term;
    }
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      at[axis]++;
      base += strides[axis];
      if (at[axis] < counts[axis]) break;
      base -= strides[axis] * counts[axis];
      at[axis] = 0;
    }
  }
}

/** How far apart neighbours along each of `wanted` lie in an array over `axes`; 0 for an axis that it lacks. */
function stridesOf(axes: readonly number[], wanted: readonly number[], sizes: readonly number[]): number[] {
  return wanted.map((axis) => {
    const place = axes.indexOf(axis);
    return place < 0 ? 0 : axes.slice(place + 1).reduce((size, later) => size * sizes[later], 1);
  });
}
