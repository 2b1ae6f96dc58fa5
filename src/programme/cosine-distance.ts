/**
 * Angles and arc-cosine functions in terms of a cosine distance g = 1 - cos(theta), accurate to the last digits for
 * small g.
 */

/** theta in [0, pi] from g = 1 - cos theta in [0, 2]; `c` = 1 + cos theta. */
export function angle(g: number, c: number): number {
  return 2 * Math.atan2(Math.sqrt(g), Math.sqrt(c));
}

/** J = sin t - t cos t, by its series for small t where the two terms cancel. */
export function sineMinus(t: number): number {
  if (t >= 0.5) return Math.sin(t) - t * Math.cos(t);
  const square = t * t;
  let term = (t * square) / 3;
  let sum = term;
  for (let n = 2; n <= 10; n++) {
    term *= (-square * n) / ((n - 1) * (2 * n) * (2 * n + 1));
    sum += term;
  }
  return sum;
}
