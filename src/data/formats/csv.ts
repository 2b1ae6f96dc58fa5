import { DataError } from '../../errors.js';
import type { FloatArray } from '../array.js';
import { reserve } from '../budget.js';
import { finiteRange } from '../finite.js';
import { complaint } from '../message.js';
import { type RowRange, resolveRows } from '../rows.js';
import type { Bytes } from '../source/bytes.js';
import { labelIndex } from './csvColumn.js';
import { CsvLines, lineEnd } from './csvLines.js';
import { fieldPlace, lineProblem, textPlace } from './csvPlace.js';
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
    const placeOf = textPlace(survey, rows, label);
    if (labels && label !== null)
      finiteRange(labels, bytes.where, (row) => fieldPlace(survey, rows.start + row, label));
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
        const text = buffer.toString('utf8', start, lineEnd(buffer, start));
        throw lineProblem(text, `${bytes.where} line ${firstLine + rows.start + row + 1}`, survey, error.column);
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

/** Text has no control characters but those that lay it out. */
function isText(head: Uint8Array): boolean {
  return head.length > 0 && head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

async function startsAsText(bytes: Bytes): Promise<boolean> {
  for await (const chunk of bytes.chunks()) return isText(chunk.subarray(0, 1024));
  return false;
}
