import { DataError } from '../../errors.js';
import type { FloatArray } from '../array.js';
import { reserve } from '../budget.js';
import { finiteRange } from '../finite.js';
import { complaint, quoted } from '../message.js';
import { type RowRange, resolveRows } from '../rows.js';
import type { Bytes } from '../source/bytes.js';
import { labelIndex } from './csvColumn.js';
import { numberIn, splitFields } from './csvFields.js';
import { CsvLines } from './csvLines.js';
import { CsvScanner, FieldProblem } from './csvScanner.js';
import { type CsvSurvey, surveyCsv } from './csvSurvey.js';
import type { Format, RawInput } from './format.js';

/** Numbers as text, a row a line; also semicolons, tabs or blanks as separators. */
export const csv: Format = {
  name: 'csv',
  files: /\.(csv|tsv|txt)(\.gz)?$/i,
  recognises: isText,
  async read(bytes, request) {
    if (!(await startsAsText(bytes))) {
      const remedy = 'Save it as csv in UTF-8.';
      throw new DataError(complaint(bytes.where, 'must be text in ASCII or UTF-8', 'other bytes', remedy));
    }
    const survey = await surveyCsv(bytes);
    const label = request.labelColumn === null ? null : labelIndex(request.labelColumn, survey, bytes.where);
    const rows = resolveRows(request.rows, survey.rows, bytes.where);
    const count = rows.end - rows.start;
    const columns = survey.columns - (label === null ? 0 : 1);
    const labelBytes = label === null ? 0 : 8 * count;
    const data = reserve(count * columns, 'f64', request.memoryLimit - labelBytes, bytes.where);
    const labels = label === null ? null : new Float64Array(count);
    await readRows(bytes, survey, rows, { data, labels, label });
    const placeOf = placeInText(survey, rows, label);
    if (labels && label !== null) finiteRange(labels, bytes.where, (row) => placeIn(survey, rows.start + row, label));
    return { data, shape: [count, columns], labels, placeOf, warnings: survey.warnings } satisfies RawInput;
  },
};

/** Where the fields of a line go. */
interface Target {
  readonly data: FloatArray;
  readonly labels: Float64Array | null;
  readonly label: number | null;
}

async function readRows(bytes: Bytes, survey: CsvSurvey, rows: RowRange, target: Target): Promise<void> {
  const firstLine = survey.header ? 1 : 0;
  const scanner = new CsvScanner(survey.separator);
  const fields = new Float64Array(survey.columns);
  const lines = new CsvLines(bytes, firstLine + rows.start, firstLine + rows.end);
  let row = 0;
  for await (const { buffer, starts } of lines.blocks()) {
    for (const start of starts) {
      try {
        scanner.line(buffer, start, fields);
      } catch (error) {
        if (!(error instanceof FieldProblem)) throw error;
        throw lineError(bytes.where, survey, firstLine + rows.start + row, buffer, start, error);
      }
      store(fields, row++, target);
    }
  }
}

function store(fields: Float64Array, row: number, { data, labels, label }: Target): void {
  let at = row * (fields.length - (labels === null ? 0 : 1));
  for (let column = 0; column < fields.length; column++) {
    if (labels !== null && column === label) labels[row] = fields[column];
    else data[at++] = fields[column];
  }
}

function lineError(
  where: string,
  survey: CsvSurvey,
  line: number,
  buffer: Buffer,
  start: number,
  { column }: FieldProblem,
): DataError {
  const text = buffer.toString('utf8', start, buffer.indexOf(10, start)).replace(/\r$/, '');
  const place = `${where} line ${line + 1}`;
  if (text.trim() === '') {
    return new DataError(complaint(place, 'must hold numbers', 'an empty line', 'Delete it.'));
  }
  const fields = splitFields(text, survey.separator);
  const bad = column ?? fields.findIndex((field) => numberIn(field) === null);
  if (fields.length !== survey.columns) {
    const rule = `must have ${survey.columns} columns like line 1`;
    const at = bad >= 0 && bad < survey.columns ? ` (column ${bad + 1} is ${quoted(fields[bad] ?? '')})` : '';
    const remedy = `Separate numbers by ${quoted(survey.separator)}, with '.' as decimal mark.`;
    const got = `${fields.length}${at}`;
    return new DataError(
      complaint(`${place}, column ${Math.min(fields.length, survey.columns) + 1}`, rule, got, remedy),
    );
  }
  const got = fields[bad] ?? '';
  return new DataError(complaint(`${place}, column ${bad + 1}`, 'must be a number', quoted(got), remedyFor(got)));
}

function remedyFor(field: string): string {
  if (field === '') return 'Fill in the missing value.';
  if (/\d[,;]\d/.test(field)) return "Separate numbers by ',' with '.' as decimal mark.";
  return 'Remove the column or encode it as a number.';
}

function placeInText(survey: CsvSurvey, rows: RowRange, label: number | null): (index: number) => string {
  const columns = survey.columns - (label === null ? 0 : 1);
  return (index) => {
    const column = index % columns;
    const row = rows.start + Math.floor(index / columns);
    return placeIn(survey, row, label !== null && column >= label ? column + 1 : column);
  };
}

function placeIn(survey: CsvSurvey, row: number, column: number): string {
  const name = survey.header ? ` (${quoted(survey.header[column])})` : '';
  return `line ${row + 1 + (survey.header ? 1 : 0)}, column ${column + 1}${name}`;
}

/** Text has no control characters but those that lay it out. */
function isText(head: Uint8Array): boolean {
  return head.length > 0 && head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

async function startsAsText(bytes: Bytes): Promise<boolean> {
  for await (const chunk of bytes.chunks()) return isText(chunk.subarray(0, 1024));
  return false;
}
