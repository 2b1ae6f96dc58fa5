import type { PresetFlags } from '../architecture/preset-flags.js';
import { tableText } from './table.js';

/** What a regression with one kernel gave. */
export interface RegressResult extends PresetFlags {
  readonly name: string;
  readonly backend: string;
  /** BLAS that computed the inner products; null without. */
  readonly native: string | null;
  /** Share of test rows whose largest output is their label; null for numbers, or without test labels. */
  readonly accuracy: number | null;
  /** Root mean squared error on the test rows; null for classes, or without test labels. */
  readonly rmse: number | null;
  readonly residual: number;
  readonly ridge: number;
  readonly time: number | null;
  readonly leaveOneOut: readonly { readonly ridge: number; readonly error: number }[] | null;
}

/** What all results have in common. */
export interface RegressSetting {
  readonly task: string;
  readonly train: number;
  readonly test: number;
  readonly out: string | null;
}

/** Results of regressions for a terminal. */
export function regressText(results: readonly RegressResult[], { task, train, test, out }: RegressSetting): string {
  const measure = task === 'classify' ? 'accuracy' : 'rmse';
  const header = ['kernel', measure, 'ridge', 'residual'];
  const rows = results.map(({ name, accuracy, rmse, ridge, residual }) => [
    name,
    accuracy !== null ? `${(100 * accuracy).toFixed(2)} %` : (rmse?.toPrecision(5) ?? 'no test labels'),
    ridge.toExponential(1),
    residual.toExponential(1),
  ]);
  const written = out === null ? '' : `${out}: predictions of ${test} rows written\n`;
  return `${train} training rows, ${test} test rows\n\n${tableText(header, rows)}${written}`;
}
