import { DataError, UsageError } from '../../errors.js';
import { complaint, quoted } from '../message.js';
import type { CsvSurvey } from './csvSurvey.js';

/**
 * Zero-based index of the label column given by name or index; a name that looks like a number is tried as a name first.
 *
 * @throws UsageError when there is no such column, or several.
 * @throws DataError when it is the only column.
 */
export function labelIndex(column: string | number, survey: CsvSurvey, where: string): number {
  const index = typeof column === 'string' ? indexOfName(column, survey, where) : column;
  if (!Number.isInteger(index) || index < 0 || index >= survey.columns) {
    const rule = `label column must be 0 to ${survey.columns - 1}`;
    throw new UsageError(complaint(where, rule, index, `The file has ${survey.columns} columns, counted from 0.`));
  }
  if (survey.columns === 1) {
    const rule = 'must have a column beside the labels';
    throw new DataError(complaint(where, rule, '1 column', 'Give the labels as a file of their own.'));
  }
  return index;
}

function indexOfName(name: string, { header }: CsvSurvey, where: string): number {
  const found = header?.indexOf(name) ?? -1;
  if (found >= 0 && header && header.lastIndexOf(name) !== found) {
    const rule = 'label column must be the name of one column';
    throw new UsageError(complaint(where, rule, `${quoted(name)}, which several have`, 'Give its zero-based index.'));
  }
  if (found >= 0) return found;
  if (/^\d+$/.test(name)) return Number(name);
  const rule = header ? 'label column must be a name in line 1' : 'label column must be an index without a header';
  const names = header?.slice(0, 20).map(quoted).join(', ');
  const remedy = names ? `Choose one of ${names} or a zero-based index.` : 'Give its zero-based index.';
  throw new UsageError(complaint(where, rule, quoted(name), remedy));
}
