import type { Precision } from '../data/array.js';
import type { Programme } from '../vocabulary/steps.js';
import { degrees } from './degree.js';
import { type Extended, extendedQuotient, extendedScale } from './extended-exponent.js';
import { type RowFactors, rowFactors } from './self-kernels.js';
import { rulesOf } from './steps/index.js';
import { type Table, tabulate } from './table.js';
import { verified } from './verify.js';

/** Norms of two sets of rows. */
export interface Norms {
  readonly x: Extended;
  readonly z: Extended;
}

/** Square roots of K(x,x) that turn correlations into kernel entries; null where the programme has no such output. */
export interface OutputScales {
  readonly nngp: Float64Array | null;
  readonly ntk: Float64Array | null;
}

/** Whether a kernel is a function of the angle times factors of the rows, and on which row that function rests. */
export type ZonalDecision =
  | { readonly applies: true; readonly reason: string; readonly selfKernels: RowFactors; readonly homogeneous: boolean }
  | { readonly applies: false; readonly reason: string };

/** Error that a table may have: relative to sqrt(K(x,x) K(z,z)). */
export const TABLE_LIMIT = { f64: 1e-14, f32: 1e-7 } satisfies Record<Precision, number>;

/** Norms count as equal up to rounding. */
const EQUAL_NORMS = 1e-15;

/** The norm that all rows share, `[1]`; null where they differ, or are 0. */
function commonNorm(norms: Norms): Extended | null {
  const first = { mantissa: norms.x.mantissa.slice(0, 1), exponent: norms.x.exponent.slice(0, 1) };
  if (first.mantissa[0] === 0) return null;
  for (const list of [norms.x, norms.z]) {
    for (let i = 0; i < list.mantissa.length; i++) {
      if (!(Math.abs(extendedQuotient(1, list, first, i, 0) - 1) <= EQUAL_NORMS)) return null;
    }
  }
  return first;
}

/** What stands in the way of homogeneity: the first step without a degree, in words. */
export function obstacle(programme: Programme): string {
  const all = degrees(programme);
  const index = all.indexOf(null);
  const step = programme.steps[index];
  return step === undefined ? 'nothing' : `step ${index} ${rulesOf(step).obstacle(step)}`;
}

/**
 * The pass *zonal*: on homogeneous programmes K(x,z) = |x|^p |z|^p h(cos), on rows of one norm K = h(cos).
 */
export function decideZonal(programme: Programme, norms: Norms): ZonalDecision {
  const all = degrees(verified(programme, 'what the pass zonal is given'));
  const outputs = [programme.nngp, programme.ntk].filter((v) => v !== null);
  if (outputs.length === 0) return { applies: false, reason: 'nothing is trained: the kernel is 0' };
  if (outputs.every((v) => all[v] !== null)) {
    const reason = 'homogeneous: K(x,z) = |x|^p |z|^p h(cos)';
    return { applies: true, reason, selfKernels: rowFactors(programme, Float64Array.of(1)), homogeneous: true };
  }
  const norm = commonNorm(norms);
  if (norm === null) return { applies: false, reason: `${obstacle(programme)}, and the rows differ in norm` };
  if (programme.steps.some((s) => rulesOf(s).isRough?.(s) === true)) {
    return { applies: false, reason: 'a fractional power of the distance is not smooth in sqrt(1 - cos)' };
  }
  const reason = 'all rows have the same norm: K(x,z) = h(cos)';
  return { applies: true, reason, selfKernels: rowFactors(programme, norm), homogeneous: false };
}

/** Degrees of the outputs of a homogeneous programme. */
function outputDegrees(programme: Programme): { nngp: number; ntk: number } {
  const all = degrees(programme);
  return {
    nngp: programme.nngp === null ? 0 : (all[programme.nngp] ?? 0),
    ntk: programme.ntk === null ? 0 : (all[programme.ntk] ?? 0),
  };
}

/**
 * sqrt(K(x,x)) for every row, from factors that all rows share (`homogeneous`: times |x|^p) or have of their own; 1
 * when `normalized` (0 for a row whose kernel is 0). Entries are Infinity where a double cannot hold them, and above 0
 * where they are only too small.
 */
export function outputScales(
  programme: Programme,
  selfKernels: RowFactors,
  norms: Extended,
  homogeneous: boolean,
  normalized: boolean,
): OutputScales {
  const degree = outputDegrees(programme);
  const scale = (kind: 'nngp' | 'ntk'): Float64Array | null => {
    const values = selfKernels[kind];
    if (values === null) return null;
    return norms.mantissa.map((norm, i) => {
      const row = selfKernels.rows === 1 ? 0 : i;
      const zero = values.mantissa[row] === 0 || (homogeneous && norm === 0);
      if (zero || normalized) return zero ? 0 : 1;
      return homogeneous ? extendedScale(values, row, norms, i, degree[kind]) : extendedScale(values, row);
    });
  };
  return { nngp: scale('nngp'), ntk: scale('ntk') };
}

/**
 * Evaluations that a table may cost for `pairs` pairs: the backend evaluates them about 25 times as fast as the table's
 * builder.
 */
function tableBudget(pairs: number): number {
  return pairs / 50;
}

/** Whether there are pairs enough for a table to be tried. */
export function tablePays(pairs: number): boolean {
  return tableBudget(pairs) >= 1500;
}

/**
 * Tabulates when that pays: when the table costs less than evaluating `pairs` pairs. Null, with the reason, when not.
 */
export function zonalTable(
  programme: Programme,
  decision: ZonalDecision,
  precision: Precision,
  pairs: number,
): { readonly table: Table | null; readonly reason: string } {
  if (!decision.applies) return { table: null, reason: `no table: ${decision.reason}` };
  const table = tabulate(programme, decision.selfKernels, precision, tableBudget(pairs));
  if (table === null) return { table, reason: `no table (${decision.reason}): too few pairs for it to pay` };
  if (!(table.error <= TABLE_LIMIT[precision])) {
    const error = table.error.toExponential(1);
    return {
      table: null,
      reason:
        `no table (${decision.reason}): its error would be ${error}, and a finer one would cost more than it saves ` +
        'or is not smooth enough',
    };
  }
  return { table, reason: `table of ${2 * table.intervals} intervals (${decision.reason})` };
}
