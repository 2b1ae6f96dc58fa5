import type { SmoothDual } from './maps/dual.js';

/** What the features may leave of 1 - E[phi phi] / sqrt(F1 F2): an angle of 1e-6. */
const TOLERANCE = 1e-12;
/** Candidates on an interval, and more of them where it spans many decades. */
const CANDIDATES = 48;
const CANDIDATES_A_DECADE = 6;
const MOST = 80;
/** Share of the largest variance below which all count as the least: cos has a value at 0 too. */
const NEGLIGIBLE = 1e-40;

/**
 * E[phi(r g) phi(s g)] / sqrt(F1 F2) of fully correlated Gaussians with variances p, q; 0 for a variance without value.
 */
function correlation(dual: SmoothDual, p: number, q: number): number {
  if (p === q) return 1;
  const [r, s] = [Math.sqrt(p), Math.sqrt(q)];
  const pair = { variance1: p, deviation1: r, variance2: q, deviation2: s, below: 0, above: 2 * r * s };
  const scale = Math.sqrt(dual.square(p) * dual.square(q));
  return scale > 0 ? dual.product(pair) / scale : 0;
}

/** A pivot with the features of itself: row k of a Cholesky factor. */
interface Pivot {
  readonly variance: number;
  readonly features: readonly number[];
  readonly root: number;
}

function featuresOf(dual: SmoothDual, variance: number, pivots: readonly Pivot[]): number[] {
  const found: number[] = [];
  for (const { variance: at, features, root } of pivots) {
    const known = found.reduce((sum, f, k) => sum + f * features[k], 0);
    found.push((correlation(dual, variance, at) - known) / root);
  }
  return found;
}

const rest = (features: readonly number[]): number => 1 - features.reduce((sum, f) => sum + f * f, 0);

/** Variances on an interval, evenly spaced in their logarithm and in their root. */
function candidatesOn(least: number, most: number): number[] {
  const low = Math.max(least, most * NEGLIGIBLE);
  const [ratio, root, step] = [Math.log(most / low), Math.sqrt(least), Math.sqrt(most) - Math.sqrt(least)];
  const count = Math.max(CANDIDATES, Math.ceil((CANDIDATES_A_DECADE * ratio) / Math.LN10));
  return Array.from({ length: count }, (_, k) => k / (count - 1)).flatMap((t) => [
    low * Math.exp(ratio * t),
    (root + step * t) ** 2,
  ]);
}

/** Null when too many would be needed. */
function choosePivots(dual: SmoothDual, least: number, most: number): Pivot[] | null {
  const pivots: Pivot[] = [];
  const candidates = candidatesOn(least, most);
  const rows = candidates.map((): number[] => []);
  for (;;) {
    const rests = rows.map(rest);
    const worst = rests.reduce((best, r, k) => (r > rests[best] ? k : best), 0);
    if (rests[worst] < TOLERANCE) return pivots;
    if (pivots.length === MOST) return null;
    pivots.push({ variance: candidates[worst], features: rows[worst], root: Math.sqrt(rests[worst]) });
    const [pivot] = pivots.slice(-1);
    rows.forEach((row, k) => {
      const known = row.reduce((sum, f, i) => sum + f * pivot.features[i], 0);
      row.push((correlation(dual, candidates[k], pivot.variance) - known) / pivot.root);
    });
  }
}

/** Least and largest of the variances above 0 that have a value; [Infinity, 0] where there is none. */
export function varianceRange(dual: SmoothDual, lists: Iterable<Float64Array>): readonly [number, number] {
  let [least, most] = [Infinity, 0];
  for (const list of lists) {
    for (const q of list) {
      if (!(dual.square(q) > 0)) continue;
      least = Math.min(least, q);
      most = Math.max(most, q);
    }
  }
  return [least, most];
}

/** Features of variances in a range: see `perfectCorrelationFeatures`. */
export interface PerfectCorrelationSpan {
  readonly count: number;
  /** Columns of a list of variances, `[features, n]`. */
  features(list: Float64Array): Float64Array[];
}

/**
 * What spans the functions of a range of variances, which may be empty; null where too many features would be needed.
 */
export function perfectCorrelationSpan(
  dual: SmoothDual,
  [least, most]: readonly [number, number],
): PerfectCorrelationSpan | null {
  const pivots = least < most ? choosePivots(dual, least, most) : [];
  if (pivots === null) return null;
  const features = (list: Float64Array): Float64Array[] => {
    const columns = pivots.map(() => new Float64Array(list.length));
    list.forEach((q, i) => {
      if (!(dual.square(q) > 0)) return;
      featuresOf(dual, q, pivots).forEach((f, k) => {
        columns[k][i] = f;
      });
    });
    return columns;
  };
  return { count: pivots.length, features };
}

/**
 * Features of rows with which 1 - E[phi(r g) phi(s g)] / sqrt(F(p) F(q)) is half their squared distance, without
 * cancellation for p near q: for each list of variances its columns `[features, n]`, as many in all lists.
 *
 * The left side is half the squared distance of the functions phi(r g) / sqrt(F), unit vectors of the Gaussian's L2;
 * the features are their coordinates in the span of a few of them, found by pivoted Cholesky. No features when all
 * variances are the same; null when the variances reach so far that a few dozen do not span them (waves on rows whose
 * norms differ by tens).
 */
export function perfectCorrelationFeatures(dual: SmoothDual, lists: readonly Float64Array[]): Float64Array[][] | null {
  const span = perfectCorrelationSpan(dual, varianceRange(dual, lists));
  return span && lists.map((list) => span.features(list));
}
