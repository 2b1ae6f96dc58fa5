import type { Samples } from './samples.js';

/** A kernel against the distance between rows, and the fit. */
export interface PairCurves {
  /** Mean distance of the pairs in each bin, ascending; bins without pairs are left out. */
  readonly distances: readonly number[];
  /** Mean normalised kernel of those pairs. */
  readonly kernel: readonly number[];
  /** Smallest one. */
  readonly low: readonly number[];
  /** Largest one. */
  readonly high: readonly number[];
  /** How many pairs there are. */
  readonly pairs: readonly number[];
  /** The fit at the mean distance; null without. */
  readonly model: readonly number[] | null;
}

/** Pairs gathered in bins of the same width in the distance. */
export function pairCurves({ r, k }: Samples, bins: number, model: ((distance: number) => number) | null): PairCurves {
  const largest = r.reduce((a, b) => Math.max(a, b), 0);
  const [counts, distances, kernels] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  const [low, high] = [new Float64Array(bins).fill(Infinity), new Float64Array(bins).fill(-Infinity)];
  for (let p = 0; p < r.length; p++) {
    const bin = Math.min(bins - 1, Math.floor((bins * r[p]) / largest));
    counts[bin]++;
    distances[bin] += r[p];
    kernels[bin] += k[p];
    low[bin] = Math.min(low[bin], k[p]);
    high[bin] = Math.max(high[bin], k[p]);
  }
  const full = [...counts.keys()].filter((bin) => counts[bin] > 0);
  const places = full.map((bin) => distances[bin] / counts[bin]);
  return {
    distances: places,
    kernel: full.map((bin) => kernels[bin] / counts[bin]),
    low: full.map((bin) => low[bin]),
    high: full.map((bin) => high[bin]),
    pairs: full.map((bin) => counts[bin]),
    model: model === null ? null : places.map(model),
  };
}
