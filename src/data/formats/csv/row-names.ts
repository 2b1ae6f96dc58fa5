import { DataError } from '../../../errors.js';
import { complaint } from '../../../message.js';
import type { FloatArray } from '../../array.js';
import type { RowRange } from '../../rows.js';
import type { ColumnPlan } from './column.js';
import type { CsvSurvey } from './survey.js';

/** Rows from which on counting is no chance. */
const LEAST = 3;

/** Names that pandas gives to an index when it is read back. */
const UNNAMED = /^(|unnamed: \d+|index|level_\d+)$/i;

/** Warns about the first feature where it counts the rows, or has no name while others have: an index is no feature. */
export function indexWarnings(
  data: FloatArray,
  survey: CsvSurvey,
  { features }: ColumnPlan,
  rows: RowRange,
  where: string,
): readonly string[] {
  if (features.length < 2) return [];
  const count = rows.end - rows.start;
  return features.flatMap((column, k) => {
    const counts = column === 0 && countsRows(data, k, features.length, count, rows.start);
    if (!counts && !isNameless(survey.names, column)) return [];
    const name = survey.names?.[column] ?? '';
    const what = counts ? 'counts the rows' : name === '' ? 'has no name' : `is called ${JSON.stringify(name)}`;
    return [`${where} column ${column + 1}: ${what}, as an index does; --drop-columns ${column} leaves it out`];
  });
}

/** Whether this column and all before it have no name of their own while a header names the others. */
function isNameless(names: readonly string[] | null, column: number): boolean {
  return names?.slice(0, column + 1).every((name) => UNNAMED.test(name)) ?? false;
}

function countsRows(data: FloatArray, at: number, width: number, count: number, start: number): boolean {
  const base = data[at] - start;
  if (count < LEAST || (base !== 0 && base !== 1)) return false;
  for (let row = 1; row < count; row++) if (data[row * width + at] !== start + base + row) return false;
  return true;
}

/** Refuses a file of labels whose first column is an index. @throws DataError. */
export function checkLabelIndex(
  labels: Float64Array,
  width: number,
  names: readonly string[] | null,
  rows: RowRange,
  where: string,
): void {
  const count = rows.end - rows.start;
  if (width < 2 || !(names?.[0] === '' || countsRows(labels, 0, width, count, rows.start))) return;
  const remedy = `Save the labels without it (pandas: index=False, R: row.names=FALSE).`;
  throw new DataError(complaint(`${where} column 1`, 'must hold labels', 'an index of the rows', remedy));
}
