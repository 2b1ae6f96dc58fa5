import type { RegressResult } from '../records/regress.js';
import { tableText } from './table.js';

/** What all results have in common. */
export interface RegressSetting {
  readonly task: string;
  readonly test: number;
  /** Whether each training image came with its mirrored copy. */
  readonly flip: boolean;
  readonly out: string | null;
}

/** Results of regressions for a terminal; columns that are the same in all rows and were not asked for are left out. */
export function regressText(results: readonly RegressResult[], { task, test, flip, out }: RegressSetting): string {
  const measure = task === 'classify' ? 'accuracy' : 'rmse';
  const sizes = new Set(results.map(({ trainSize }) => trainSize));
  const columns: readonly (readonly [string, (result: RegressResult) => string])[] = [
    ['kernel', ({ name }) => name],
    ...(sizes.size > 1 ? [['rows', ({ trainSize }: RegressResult) => String(trainSize)] as const] : []),
    [
      measure,
      ({ accuracy, rmse }) =>
        accuracy !== null ? `${(100 * accuracy).toFixed(2)} %` : (rmse?.toPrecision(5) ?? 'no test labels'),
    ],
    ['ridge', ({ ridge }) => ridge.toExponential(1)],
    ...(results.some(({ time }) => time !== null)
      ? [['time', ({ time }: RegressResult) => String(time ?? 'limit')] as const]
      : []),
    ['residual', ({ residual }) => residual.toExponential(1)],
    ...(results.some(({ solver }) => solver.name === 'cg')
      ? [['iterations', ({ solver }: RegressResult) => String(solver.iterations ?? '')] as const]
      : []),
  ];
  const rows = results.map((result) => columns.map(([, text]) => text(result)));
  const written = out === null ? '' : `${out}: predictions of ${test} rows written\n`;
  const header = columns.map(([name]) => name);
  const copies = flip ? ' and their mirrored copies' : '';
  return `${Math.max(...sizes)} training rows${copies}, ${test} test rows\n\n${tableText(header, rows)}${written}`;
}
