import { allocate, type FloatArray } from '../../data/array.js';
import { requireVariances } from '../../programme/range.js';
import type { Output, RowSet, RowTask } from '../tasks.js';

/**
 * Where a factor column comes from: a column of a step (`rest`: what rounding to f32 left of it), or the scale of an
 * output.
 */
export type Column =
  | { readonly step: number; readonly place: number; readonly rest?: boolean }
  | { readonly scale: Output };

/** Factor columns of a row set in the order of the code, `[columns, n]` in shared memory. */
export function factorColumns(columns: readonly Column[], rows: RowSet, task: RowTask): FloatArray {
  const n = rows.rows;
  const result = allocate(Math.max(1, columns.length * n), task.precision);
  columns.forEach((column, c) => {
    const target = result.subarray(c * n, (c + 1) * n);
    if ('scale' in column) {
      const scales = rows.scales[column.scale];
      if (scales !== null) target.set(scales);
      return;
    }
    const source = rows.factors.columns[column.step][column.place];
    if (column.place === 0) checkVariances(source, column.step, task);
    const values = column.rest ? source.map((v) => v - Math.fround(v)) : source;
    if (values.length === 1) target.fill(values[0]);
    else target.set(values);
  });
  return result;
}

/** Refuses variances before a smooth map that two singles do not hold. */
function checkVariances(variances: Float64Array, index: number, { programme, precision }: RowTask): void {
  const step = programme.steps[index];
  if (precision === 'f64' || (step.op !== 'dual' && step.op !== 'dualDerivative')) return;
  requireVariances(null, variances, precision, (i) => `row ${i}`);
}
