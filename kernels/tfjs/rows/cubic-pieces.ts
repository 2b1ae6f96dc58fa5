import type { Table } from '../../../src/programme/table.js';

/** Most intervals of a side: what lies in the caches of a processor. */
const MOST = 8192;
/** What cubics may differ by from the polynomials that they replace. */
const TOLERANCE = 1e-15;
/** Places in a piece that a cubic goes through: its start, so that what is exact there stays so, and others. */
const NODES = [0, 1 / 4, 3 / 4, 1];
/** Places between, at which it is tried. */
const PROBES = [1 / 10, 1 / 2, 9 / 10];

/** A polynomial, lowest degree first, of `count` coefficients from `at` on. */
function valueAt(all: Float64Array, at: number, count: number, x: number): number {
  let sum = 0;
  for (let k = count - 1; k >= 0; k--) sum = sum * x + all[at + k];
  return sum;
}

/** Coefficients of the cubic through the values at the nodes. */
function cubic([a, b, c, d]: readonly number[]): readonly number[] {
  // Newton's divided differences.
  const [p, q, r] = [4 * (b - a), 2 * (c - b), 4 * (d - c)];
  const [s, t] = [(4 / 3) * (q - p), (4 / 3) * (r - q)];
  const u = t - s;
  return [a, p - s / 4 + (3 / 16) * u, s - u, u];
}

/** One output in `parts` pieces for each interval; null where that is not exact enough. */
function inPieces(all: Float64Array, count: number, parts: number): Float64Array | null {
  const intervals = all.length / count;
  const result = new Float64Array(4 * intervals * parts);
  for (let i = 0; i < intervals * parts; i++) {
    const at = count * Math.floor(i / parts);
    const value = (y: number): number => valueAt(all, at, count, ((i % parts) + y) / parts);
    const piece = cubic(NODES.map(value));
    result.set(piece, 4 * i);
    if (PROBES.some((y) => Math.abs(valueAt(result, 4 * i, 4, y) - value(y)) > TOLERANCE)) return null;
  }
  return result;
}

/** A table of cubics: on devices each coefficient costs as much as reading it, intervals cost nothing. */
export interface CubicTable {
  readonly intervals: number;
  readonly degree: number;
  readonly nngp: Float64Array | null;
  readonly ntk: Float64Array | null;
}

/** The same functions by cubics on as few pieces of the intervals as will do; the table itself where none do. */
export function cubicPieces(table: Table): CubicTable {
  const { intervals, degree, nngp, ntk } = table;
  if (degree <= 3) return table;
  for (let parts = 8; intervals * parts <= MOST; parts *= 2) {
    const [a, b] = [nngp, ntk].map((all) => all && inPieces(all, degree + 1, parts));
    if ((a === null) === (nngp === null) && (b === null) === (ntk === null)) {
      return { intervals: intervals * parts, degree: 3, nngp: a, ntk: b };
    }
  }
  return table;
}
