import { valueAt } from '../curve.js';
import type { ProfileResult } from '../records/profile.js';
import { sparkline } from './sparkline.js';
import { tableText } from './table.js';

/** Angles that the table shows. */
const COLUMNS: readonly (readonly [string, number])[] = [
  ['π/16', Math.PI / 16],
  ['π/8', Math.PI / 8],
  ['π/4', Math.PI / 4],
  ['π/2', Math.PI / 2],
  ['3π/4', (3 * Math.PI) / 4],
  ['π', Math.PI],
];

/** Four decimals, and no minus before a zero. */
function fixed(value: number): string {
  return value.toFixed(4).replace(/^-(0\.0+)$/, '$1');
}

/** A profile for a terminal: one line a curve, its shape from 0 to pi, its half-angle and some values. */
export function profileText({ kind, angles, curves, values }: ProfileResult): string {
  const low = Math.min(0, ...values.flat());
  const rows = curves.map(({ name, halfAngle }, i) => [
    name,
    sparkline(values[i], low, 1),
    halfAngle === null ? '-' : halfAngle.toFixed(3),
    ...COLUMNS.map(([, angle]) => fixed(valueAt(angles, values[i], angle))),
  ]);
  const header = ['kernel', 'angle 0 … π', 'half at', ...COLUMNS.map(([title]) => title)];
  const table = tableText(header, rows, ['left', 'left', 'right', ...COLUMNS.map(() => 'right' as const)]);
  return `Normalised ${kind.toUpperCase()} against the angle between two inputs (1 at angle 0)\n\n${table}`;
}
