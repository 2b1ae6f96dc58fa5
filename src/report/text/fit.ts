import type { FitResult, FitRow } from '../records/fit.js';
import { tableText } from './table.js';

/** Formulas of the fits for people. */
const FORMULAS = { laplace: 'exp(-c r)', gamma: 'exp(-c r^g)', gaussian: 'exp(-r² / (2 s²))' } as const;

function short(value: number | null | undefined, digits = 6): string {
  if (value === null || value === undefined) return '-';
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-3 && size < 1e6)
    ? String(Number(value.toPrecision(digits)))
    : value.toExponential(digits - 1);
}

/** Names of the parameters of a fit, in the order of its formula. */
function namesOf({ to, affine }: FitResult) {
  const own = { laplace: ['c'], gamma: ['c', 'g'], gaussian: ['s'] } as const;
  return [...(affine ? (['offset', 'amplitude'] as const) : []), ...own[to]] as const;
}

function cellsOf(result: FitResult, row: FitRow): readonly string[] {
  const { parameters, rmsDeviation, maxDeviation, maxAt, dial, slope } = row;
  return [
    row.name,
    ...namesOf(result).map((name) => short(parameters?.[name])),
    short(rmsDeviation, 4),
    short(maxDeviation, 4),
    short(maxAt, 4),
    short(dial),
    ...(result.to === 'laplace' ? [short(slope)] : []),
  ];
}

/** Fits for a terminal: parameters, deviations, and the slope at x = z of the kernel beside that of the fit. */
export function fitText(result: FitResult): string {
  const { kind, to, affine, dim, rows } = result;
  const formula = `${affine ? 'offset + amplitude ' : ''}${FORMULAS[to]}`;
  const pairs = rows[0].pairs;
  const over =
    pairs !== null ? `over ${pairs} pairs of rows` : `over the angle${dim === null ? '' : `, weight sin^${dim - 2}`}`;
  const header = [
    'kernel',
    ...namesOf(result),
    'rms',
    'largest',
    pairs === null ? 'at angle' : 'at r',
    'dial',
    ...(to === 'laplace' ? [affine ? 'amplitude c' : 'c at r = 0'] : []),
  ];
  const table = tableText(
    header,
    rows.map((row) => cellsOf(result, row)),
    header.map((_, i) => (i === 0 ? 'left' : 'right')),
  );
  return (
    `${formula} nearest to the normalised ${kind.toUpperCase()} in least squares ${over}, r = |x - z|\n\n${table}\n` +
    'dial: slope of the kernel at x = z, 1 - dial r + ...; - where it is no line there, or not known\n'
  );
}
