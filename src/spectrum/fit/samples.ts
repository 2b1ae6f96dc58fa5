/** A kernel against the distance at some points: those of a quadrature rule, or pairs of rows. */
export interface Samples {
  /** Distances, not negative. */
  readonly r: Float64Array;
  /** The normalised kernel there. */
  readonly k: Float64Array;
  /** Weights, not negative; null: 1 each. */
  readonly w: Float64Array | null;
  /** Room for a number each, which evaluations of a fit write to. */
  readonly room: Float64Array;
}

/** Sum of the weights. */
export function totalWeight({ r, w }: Samples): number {
  return w === null ? r.length : w.reduce((sum, one) => sum + one, 0);
}

/**
 * The same samples gathered by their distance into at most `count` bins, each at its mean distance with its mean
 * kernel: what a search for starts needs of many pairs.
 */
export function gathered({ r, k, w }: Omit<Samples, 'room'>, count: number): Samples {
  const largest = r.reduce((a, b) => Math.max(a, b), 0);
  const [weights, distances, kernels] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < r.length; i++) {
    // Finer towards 0, where kernels are steep.
    const bin = largest === 0 ? 0 : Math.min(count - 1, Math.floor(count * Math.sqrt(r[i] / largest)));
    const own = w === null ? 1 : w[i];
    weights[bin] += own;
    distances[bin] += own * r[i];
    kernels[bin] += own * k[i];
  }
  const full = [...weights.keys()].filter((bin) => weights[bin] > 0);
  return {
    r: Float64Array.from(full, (bin) => distances[bin] / weights[bin]),
    k: Float64Array.from(full, (bin) => kernels[bin] / weights[bin]),
    w: Float64Array.from(full, (bin) => weights[bin]),
    room: new Float64Array(full.length),
  };
}
