import { DataError } from '../../../errors.js';
import { complaint, quoted } from '../../../message.js';
import { type ColumnPlan, FIELD } from './column.js';
import { isMissing, numberIn, splitFields } from './fields.js';
import type { CsvSurvey } from './survey.js';

/** Finds the line of a row where lines were skipped: only the rows at which the distance changes are kept. */
export class LineNumbers {
  readonly #rows: number[] = [];
  readonly #distances: number[] = [];

  /** Row `row` stands in line `line`, both from 0; rows come in order. */
  add(row: number, line: number): void {
    if (this.#distances[this.#distances.length - 1] === line - row) return;
    this.#rows.push(row);
    this.#distances.push(line - row);
  }

  /** Line of a row that was added, counted from 1. */
  of(row: number): number {
    let low = 0;
    let high = this.#rows.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#rows[middle] <= row) low = middle;
      else high = middle - 1;
    }
    return row + (this.#distances[low] ?? 0) + 1;
  }
}

/** Names the line and column, counted from 1, of a column of the file. */
export function fieldPlace({ names }: CsvSurvey, line: number, column: number): string {
  const name = names?.[column] ? ` (${quoted(names[column])})` : '';
  return `line ${line}, column ${column + 1}${name}`;
}

/** The error for a line that is not as the first; `column` is the field at fault, null when their number is. */
export function lineProblem(
  line: string,
  where: string,
  number: number,
  survey: CsvSurvey,
  { kinds }: ColumnPlan,
  column: number | null,
): DataError {
  const fields = splitFields(line.replace(/\r$/, ''), survey.separator);
  const isBad = (field: string, k: number): boolean =>
    kinds[k] === FIELD.number && numberIn(field, survey.decimal) === null;
  const bad = column ?? fields.findIndex(isBad);
  if (fields.length !== kinds.length) {
    const given = fields[bad] === undefined ? '' : ` (column ${bad + 1} is ${quoted(fields[bad])})`;
    return raggedLine(fields.length, `${where} line ${number}`, survey, given);
  }
  const got = fields[bad] ?? '';
  const place = `${where} ${fieldPlace(survey, number, bad)}`;
  if (kinds[bad] === FIELD.empty) {
    const rule = 'must be empty, as the lines before end in a separator';
    return new DataError(complaint(place, rule, quoted(got), 'Name the column in line 1, or delete the field.'));
  }
  if (survey.headerLines === 1 && !fields.some((field) => numberIn(field, survey.decimal) !== null)) {
    const remedy = 'The line has no number: delete it, if it is a second line of names.';
    return new DataError(complaint(place, 'must be a number', got === '' ? 'an empty field' : quoted(got), remedy));
  }
  if (isMissing(got)) {
    const missing = `a missing value (${got === '' ? 'an empty field' : got})`;
    const remedy = `Fill in the value, leave out its row, or leave the column out with --drop-columns ${bad}.`;
    return new DataError(complaint(place, 'must be a number', missing, remedy));
  }
  return new DataError(complaint(place, 'must be a number', quoted(got), remedyFor(got, bad, survey)));
}

function raggedLine(fields: number, where: string, survey: CsvSurvey, given: string): DataError {
  const place = `${where}, column ${Math.min(fields, survey.columns) + 1}`;
  const rule = `must have ${survey.columns} columns like line 1`;
  const { separator, decimal } = survey;
  const remedy =
    `Fields were separated at ${quoted(separator)}, with ${quoted(decimal)} as decimal mark: add what is missing, or ` +
    'say --separator.';
  return new DataError(complaint(place, rule, `${fields}${given}`, remedy));
}

const GROUPED = /^[+-]?\d{1,3}(?:([,.' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/;

function remedyFor(field: string, column: number, { decimal, separator }: CsvSurvey): string {
  if (field.includes('\r')) return 'Let all lines end in the same way, as this one ends in a carriage return alone.';
  const other = decimal === '.' ? ',' : '.';
  const hasOther = new RegExp(`^[+-]?\\d*[${other}]\\d+(e[+-]?\\d+)?$`, 'i').test(field);
  const grouped = GROUPED.test(field) && !new RegExp(`^[+-]?\\d*[${decimal}]\\d*$`).test(field);
  const marks = `--decimal ${other} if that is the decimal mark`;
  if (grouped && hasOther) return `Write thousands without a separator, or give ${marks}.`;
  if (grouped) return 'Write thousands without a separator.';
  if (hasOther) return `Give ${marks}.`;
  if (/\d[^\w.%-]+\d/.test(field)) return `Fields were separated at ${quoted(separator)}: say --separator.`;
  return (
    `Leave the column out with --drop-columns ${column}, take it as labels with --label-column ${column}, or write ` +
    'it as numbers.'
  );
}
