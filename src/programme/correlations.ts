/**
 * A correlation u of a pair as its two cosine distances; the smaller one carries the digits.
 */
export interface Correlation {
  /** 1 - u, in [0, 2]. */
  below: number;
  /** 1 + u, in [0, 2]. */
  above: number;
}

/** Stores u from the cosine distance that is known well: the other one is 2 minus it. */
export function setCorrelation(out: Correlation, below: number, above: number): void {
  if (below <= above) {
    out.below = Math.max(below, 0);
    out.above = 2 - out.below;
  } else {
    out.above = Math.max(above, 0);
    out.below = 2 - out.above;
  }
}

/** Correlations of many pairs: 1 - u and 1 + u of each, `[pairs]`. */
export interface CosineDistances {
  readonly below: Float64Array;
  readonly above: Float64Array;
}

/** `pairs` correlations of 0. */
export function distances(pairs: number): CosineDistances {
  return { below: new Float64Array(pairs).fill(1), above: new Float64Array(pairs).fill(1) };
}

/** Stores both cosine distances of pair p from the smaller one, which carries the digits. */
export function keepSmaller(below: number, above: number, out: CosineDistances, p: number): void {
  out.below[p] = below <= above ? below : 2 - above;
  out.above[p] = below <= above ? 2 - below : above;
}

/** Copies the correlations of all pairs. */
export function copyDistances(from: CosineDistances, out: CosineDistances): void {
  out.below.set(from.below);
  out.above.set(from.above);
}
