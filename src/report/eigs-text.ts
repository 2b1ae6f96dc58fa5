import type { PresetFlags } from '../architecture/preset-flags.js';
import { tableText } from './table.js';

/** The spectrum of one matrix, as a record holds it. */
export interface EigsResult extends PresetFlags {
  readonly name: string;
  /** What the matrix is: stored, or computed on which backend. */
  readonly matrix: string;
  readonly n: number;
  readonly values: readonly number[];
  readonly residuals: readonly number[];
  readonly converged: boolean;
  readonly tol: number;
  readonly method: string;
  readonly reason: string;
  readonly products: number;
  readonly trace: readonly number[];
  readonly precisionFloor: number;
  readonly norm: number;
  readonly conditionNumber: number | null;
  readonly missed: object | null;
}

function one(result: EigsResult): string {
  const { name, matrix, n, values, residuals, method, reason, products, precisionFloor, conditionNumber } = result;
  const rows = values.map((value, i) => [
    String(i + 1),
    value.toExponential(10),
    residuals[i].toExponential(1),
    ...(Math.abs(value) <= precisionFloor ? ['below the floor'] : []),
  ]);
  const facts = [
    `${name}: ${n} x ${n}, ${matrix}`,
    `${method}: ${reason}; ${products} products`,
    `floor of the precision ${precisionFloor.toExponential(1)}`,
    ...(conditionNumber === null ? [] : [`condition number ${conditionNumber.toExponential(3)}`]),
    ...(result.converged ? [] : [`NOT all residuals are below ${result.tol} |K|`]),
  ];
  return `${facts.join('\n')}\n\n${tableText(['', 'eigenvalue', '|K v - l v|', ...(rows.some((row) => row.length > 3) ? ['note'] : [])], rows)}`;
}

/** Spectra for a terminal. */
export function eigsText(results: readonly EigsResult[]): string {
  return results.map(one).join('\n');
}
