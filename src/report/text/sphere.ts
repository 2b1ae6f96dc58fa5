import type { SphereResult, SphereRow } from '../records/sphere.js';
import { tableText } from './table.js';

/** Up to this degree every one is shown; beyond, only some. */
const ALL_UP_TO = 12;

/**
 * Degrees that the table shows: the first ones, then a pair of each parity further and further apart, and the last two.
 */
function shown(degrees: readonly number[]): readonly number[] {
  const last = degrees.length - 1;
  const wanted = new Set([last - 1, last]);
  for (let k = 20; k < last; k *= 2) for (const j of [k - 1, k]) wanted.add(j);
  return degrees.filter((k) => k <= ALL_UP_TO || wanted.has(k));
}

/** A number of a table, in digits that suit it; a dash for none. */
export function number(value: number | null, digits = 6): string {
  if (value === null) return '-';
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 1);
}

/** Eigenvalue over prediction: 1 where the kernel has reached its asymptotic decay. */
function ratio(row: SphereRow, k: number): string {
  const predicted = row.predicted[k];
  return predicted === null || predicted === 0 ? '-' : (row.eigenvalues[k] / predicted).toFixed(5);
}

function oneTable({ degrees, multiplicities }: SphereResult, row: SphereRow): string {
  const header = ['degree', 'multiplicity', 'eigenvalue', 'error bound', 'over predicted', 'by'];
  const lines = shown(degrees).map((k) => [
    String(k),
    number(multiplicities[k]),
    number(row.eigenvalues[k], 10),
    number(row.errorBounds[k], 2),
    ratio(row, k),
    row.method[k],
  ]);
  return tableText(header, lines, ['right', 'right', 'right', 'right', 'right', 'left']);
}

function sweepTable({ degrees, multiplicities, rows }: SphereResult): string {
  const header = ['degree', 'multiplicity', ...rows.map(({ name }) => name)];
  const lines = shown(degrees).map((k) => [
    String(k),
    number(multiplicities[k]),
    ...rows.map((row) => number(row.eigenvalues[k])),
  ]);
  return tableText(
    header,
    lines,
    header.map(() => 'right' as const),
  );
}

/** Decay and trace of each kernel. */
function summaryTable({ rows }: SphereResult): string {
  const header = ['kernel', 'falls like', 'c1', 'cm', 'fitted', 'over degrees', 'trace off by', 'bound'];
  const lines = rows.map(({ name, exponent, endpoints, fit, trace }) => [
    name,
    exponent === null ? (trace.tail === null ? '?' : 'smooth') : `k^-${number(exponent)}`,
    number(endpoints.c1, 4),
    number(endpoints.cm, 4),
    fit === null ? '-' : fit.exponent.toFixed(3),
    fit === null ? '-' : `${fit.from} to ${fit.to}`,
    trace.tail === null ? '-' : number(Math.abs(trace.computed + trace.tail - trace.diagonal), 2),
    number(trace.bound, 2),
  ]);
  return tableText(header, lines, ['left', 'left', 'right', 'right', 'right', 'left', 'right', 'right']);
}

/**
 * A result of `ntk sphere` for a terminal: how each kernel's eigenvalues fall, then the eigenvalues of some degrees.
 */
export function sphereText(result: SphereResult): string {
  const { kind, normalized, dim, rows } = result;
  const divided = normalized ? ', divided by K(x,x)' : '';
  const title = `Eigenvalues of the ${kind.toUpperCase()} on the unit sphere in R^${dim} by degree${divided}\n`;
  const table = rows.length === 1 ? oneTable(result, rows[0]) : sweepTable(result);
  return [title, summaryTable(result), table].join('\n');
}
