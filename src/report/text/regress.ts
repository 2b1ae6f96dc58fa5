import type { PresetFlags } from '../../architecture/preset-flags.js';
import type { Recomputed } from '../../operators/recomputed.js';
import { tableText } from './table.js';

/** How equations were solved. */
export interface SolverFacts {
  /** `cholesky`, `eigen` or `cg`. */
  readonly name: string;
  /** Why this one. */
  readonly reason: string;
  /** Whether the tolerance was met, where there is one. */
  readonly converged: boolean;
  /** Relative residual of the equations. */
  readonly residual: number;
  /** Tolerance of conjugate gradients. */
  readonly tol?: number;
  readonly iterations?: number;
  /** Products of the kernel with one vector. */
  readonly products?: number;
  readonly preconditioner?: string;
  /** Rows of the kernel in the preconditioner. */
  readonly rank?: number;
}

/** What a regression with one kernel gave. */
export interface RegressResult extends PresetFlags {
  readonly name: string;
  readonly backend: string;
  /** BLAS that computed the inner products; null without. */
  readonly native: string | null;
  /** Training rows. */
  readonly trainSize: number;
  /** Share of test rows whose largest output is their label; null for numbers, or without test labels. */
  readonly accuracy: number | null;
  /** Root mean squared error on the test rows; null for classes, or without test labels. */
  readonly rmse: number | null;
  readonly residual: number;
  readonly ridge: number;
  readonly time: number | null;
  readonly leaveOneOut: readonly { readonly ridge: number; readonly error: number }[] | null;
  readonly solver: SolverFacts;
  /** Entries of the kernels that were computed again by `reference`; null where none were. */
  readonly recomputed: Recomputed | null;
}

/** What all results have in common. */
export interface RegressSetting {
  readonly task: string;
  readonly test: number;
  readonly out: string | null;
}

/** Results of regressions for a terminal; columns that are the same in all rows and were not asked for are left out. */
export function regressText(results: readonly RegressResult[], { task, test, out }: RegressSetting): string {
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
  return `${Math.max(...sizes)} training rows, ${test} test rows\n\n${tableText(header, rows)}${written}`;
}
