import type { Precision } from '../data/array.js';
import type { Programme } from '../vocabulary/steps.js';
import { chebyshevNodes, powerFit } from './chebyshev.js';
import { type CosineDistances, distances } from './correlations.js';
import { evaluate } from './evaluate.js';
import type { RowFactors } from './self-kernels.js';

/**
 * A programme collapsed into functions of one variable, for rows whose factors are all the same.
 *
 * On each side of u = 0, equal intervals in t = sqrt(1 - |u|), where kernels of this family are smooth; in each a
 * polynomial in the position within it. Values are cosine distances 1 - K / sqrt(K(x,x) K(z,z)).
 */
export interface Table {
  readonly intervals: number;
  readonly degree: number;
  /**
   * Coefficients `[2 (u >= 0, u < 0), intervals, degree + 1]`, lowest degree first; null where the programme has no
   * such output.
   */
  readonly nngp: Float64Array | null;
  readonly ntk: Float64Array | null;
  /** Largest error found against direct evaluation, with the rounding of one, relative to sqrt(K(x,x) K(z,z)). */
  readonly error: number;
}

/** Degrees of the polynomials and the error that a table may have. */
export const TABLE_RULES = {
  f64: { degree: 7, tolerance: 2e-15, most: 4096 },
  f32: { degree: 3, tolerance: 1e-8, most: 8192 },
} satisfies Record<Precision, { degree: number; tolerance: number; most: number }>;

/** Direct values at the given positions of every interval on both sides: `[2, intervals, positions]`. */
function sample(
  programme: Programme,
  selfKernels: RowFactors,
  intervals: number,
  positions: ArrayLike<number>,
): { nngp: CosineDistances | null; ntk: CosineDistances | null } {
  const per = positions.length;
  const source = distances(2 * intervals * per);
  for (let k = 0; k < intervals; k++) {
    for (let j = 0; j < per; j++) {
      const distance = ((k + positions[j]) / intervals) ** 2;
      const at = k * per + j;
      source.below[at] = distance;
      source.above[at] = 2 - distance;
      source.below[at + intervals * per] = 2 - distance;
      source.above[at + intervals * per] = distance;
    }
  }
  return evaluate(programme, source, { x: selfKernels, rowX: 0, z: selfKernels, firstZ: 0 });
}

function fit(values: CosineDistances, probes: CosineDistances, intervals: number, degree: number): Float64Array {
  const count = degree + 1;
  const toPowers = powerFit(count);
  const coefficients = new Float64Array(2 * intervals * count);
  for (let k = 0; k < 2 * intervals; k++) toPowers(values.below, k * count, coefficients, k * count);
  // Duplicates and antipodes lie exactly at t = 0, the first probe of a side: their values are exact.
  coefficients[0] = probes.below[0];
  coefficients[intervals * count] = probes.below[intervals * PROBES.length];
  return coefficients;
}

function largestError(
  values: CosineDistances,
  coefficients: Float64Array,
  positions: readonly number[],
  count: number,
): number {
  let worst = 0;
  for (let p = 0; p < values.below.length; p++) {
    const interval = Math.floor(p / positions.length);
    const x = positions[p % positions.length];
    let sum = 0;
    for (let i = count - 1; i >= 0; i--) sum = sum * x + coefficients[interval * count + i];
    const error = Math.abs(sum - values.below[p]);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/**
 * Where errors are looked for: the error of interpolation at Chebyshev nodes is largest at the ends and in the middle.
 */
const PROBES = [0, 0.27, 0.5];
/** What rounding may add to an error that was found: 2 units in the last place of a cosine distance. */
const ROUNDING = 2 ** -51;
/** Intervals of the first attempt. */
const FIRST = 64;

function build(programme: Programme, selfKernels: RowFactors, intervals: number, degree: number): Table {
  const values = sample(programme, selfKernels, intervals, chebyshevNodes(degree + 1));
  const probes = sample(programme, selfKernels, intervals, PROBES);
  let error = ROUNDING;
  const one = (kind: 'nngp' | 'ntk'): Float64Array | null => {
    const [v, p] = [values[kind], probes[kind]];
    if (v === null || p === null) return null;
    const coefficients = fit(v, p, intervals, degree);
    error = Math.max(error, largestError(p, coefficients, PROBES, degree + 1) + ROUNDING);
    return coefficients;
  };
  const nngp = one('nngp');
  const ntk = one('ntk');
  return { intervals, degree, nngp, ntk, error };
}

/** Evaluations of the body that a table of `intervals` costs. */
function tableCost(intervals: number, precision: Precision): number {
  return 2 * intervals * (TABLE_RULES[precision].degree + 1 + PROBES.length);
}

/**
 * Tabulates a programme with constant row factors, with as many intervals as its tolerance needs.
 *
 * Doubles the intervals while the error falls as it should and all attempts together stay below `budget` evaluations.
 * Returns the last table, whose `error` the caller compares with the tolerance; null when the budget does not allow
 * even the first.
 */
export function tabulate(
  programme: Programme,
  selfKernels: RowFactors,
  precision: Precision,
  budget: number,
): Table | null {
  const { degree, tolerance, most } = TABLE_RULES[precision];
  let table: Table | null = null;
  let spent = 0;
  for (let intervals = FIRST; intervals <= most; intervals *= 2) {
    spent += tableCost(intervals, precision);
    if (spent > budget) break;
    const next = build(programme, selfKernels, intervals, degree);
    // Not smooth, or as good as rounding lets it be: more intervals would not help.
    if (table !== null && intervals > 4 * FIRST && next.error > table.error / 2)
      return next.error < table.error ? next : table;
    table = next;
    if (table.error <= tolerance) break;
  }
  return table;
}
