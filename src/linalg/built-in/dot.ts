/** Terms that are summed by themselves before they join the whole. */
const SEGMENT = 64;

/**
 * Sum of x_i y_i for i >= from, with an error that grows as the square root of n / 64, not of n.
 *
 * The lengths of reflected vectors come from here: their error returns, times 2, in every entry of the reduced matrix.
 */
export function dot(x: Float64Array, y: Float64Array, from: number): number {
  let total = 0;
  const n = x.length;
  for (let begin = from; begin < n; begin += SEGMENT) {
    const end = Math.min(n, begin + SEGMENT);
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let i = begin;
    for (; i + 4 <= end; i += 4) {
      s0 += x[i] * y[i];
      s1 += x[i + 1] * y[i + 1];
      s2 += x[i + 2] * y[i + 2];
      s3 += x[i + 3] * y[i + 3];
    }
    for (; i < end; i++) s0 += x[i] * y[i];
    total += s0 + s1 + (s2 + s3);
  }
  return total;
}
