import { DataError } from '../../errors.js';
import { complaint, quoted } from '../message.js';
import type { RowRange } from '../rows.js';
import { numberIn, splitFields } from './csvFields.js';
import type { CsvSurvey } from './csvSurvey.js';

/** Names the line and column of an element of the rows read, counted from 1; `label` is the column taken out. */
export function textPlace(survey: CsvSurvey, rows: RowRange, label: number | null): (index: number) => string {
  const columns = survey.columns - (label === null ? 0 : 1);
  return (index) => {
    const column = index % columns;
    const row = rows.start + Math.floor(index / columns);
    return fieldPlace(survey, row, label !== null && column >= label ? column + 1 : column);
  };
}

/** Names the line and column, counted from 1, of a zero-based row and column of the file. */
export function fieldPlace({ header }: CsvSurvey, row: number, column: number): string {
  const name = header ? ` (${quoted(header[column])})` : '';
  return `line ${row + 1 + (header ? 1 : 0)}, column ${column + 1}${name}`;
}

/** The error for a line that is not as many numbers as line 1; `column` is the field at fault, null when their number is. */
export function lineProblem(line: string, place: string, survey: CsvSurvey, column: number | null): DataError {
  const text = line.replace(/\r$/, '');
  if (text.trim() === '') return new DataError(complaint(place, 'must hold numbers', 'an empty line', 'Delete it.'));
  const fields = splitFields(text, survey.separator);
  const bad = column ?? fields.findIndex((field) => numberIn(field) === null);
  if (fields.length !== survey.columns) return raggedLine(fields, place, survey, bad);
  const got = fields[bad] ?? '';
  return new DataError(complaint(`${place}, column ${bad + 1}`, 'must be a number', quoted(got), remedyFor(got)));
}

function raggedLine(fields: readonly string[], place: string, survey: CsvSurvey, bad: number): DataError {
  const where = `${place}, column ${Math.min(fields.length, survey.columns) + 1}`;
  const rule = `must have ${survey.columns} columns like line 1`;
  const field = fields[bad] === undefined ? '' : ` (column ${bad + 1} is ${quoted(fields[bad])})`;
  const remedy = `Separate numbers by ${quoted(survey.separator)}, with '.' as decimal mark.`;
  return new DataError(complaint(where, rule, `${fields.length}${field}`, remedy));
}

function remedyFor(field: string): string {
  if (field === '') return 'Fill in the missing value.';
  if (/\d[,;]\d/.test(field)) return "Separate numbers by ',' with '.' as decimal mark.";
  return 'Remove the column or encode it as a number.';
}
