import { DataError } from '../../../errors.js';
import { complaint, quoted } from '../../../message.js';
import type { FloatArray } from '../../array.js';
import { checkBudget, reserve } from '../../budget.js';
import { finiteRange } from '../../finite.js';
import type { RowRange } from '../../rows.js';
import type { Bytes } from '../../source/bytes.js';
import { chosenRows, type Format, type RawInput, type ReadRequest } from '../format.js';
import { type ColumnPlan, planColumns } from './column.js';
import { labelWarnings } from './label-like.js';
import { LabelColumn } from './labels.js';
import { CsvLines, lineEnd, withLineFeeds } from './lines.js';
import { fieldPlace, LineNumbers, lineProblem } from './place.js';
import { checkLabelIndex, indexWarnings } from './row-names.js';
import { CsvScanner, FieldProblem } from './scanner.js';
import { type CsvSurvey, surveyCsv } from './survey.js';

/** Numbers as text, a row a line; also semicolons, tabs or blanks as separators; labels may be names of classes. */
export const csv: Format = {
  name: 'csv',
  isText: true,
  files: /\.(csv|tsv|txt)(\.gz)?$/i,
  recognises: isText,
  async read(packed, request) {
    if (!(await startsAsText(packed))) {
      const remedy = 'Save it as csv in UTF-8.';
      throw new DataError(complaint(packed.where, 'must be text in ASCII or UTF-8', 'other bytes', remedy));
    }
    const bytes = await withLineFeeds(packed);
    const survey = await surveyCsv(bytes, request);
    const plan = planColumns(survey, request, bytes.where);
    const rows = chosenRows(request, survey.rows, bytes.where, (missing) => headerHint(survey, missing));
    const count = rows.end - rows.start;
    const labelBytes = 8 * count * plan.labels.length;
    checkBudget(labelBytes, request.memoryLimit, bytes.where);
    const data = reserve(count * plan.features.length, 'f64', request.memoryLimit - labelBytes, bytes.where);
    request.onSize?.(count, plan.features.length);
    return new CsvReading(bytes, survey, plan, rows, request).into(data);
  },
};

/** What may be wrong where labels and data differ by a header. */
function headerHint({ headerLines }: CsvSurvey, missing: number): string {
  if (missing === -1 && headerLines === 0) return ', or say --header yes if line 1 is a header';
  if (missing === 1 && headerLines === 1) return ', or say --header no if line 1 is a label';
  return '';
}

/** Reads the rows of a file that was surveyed. */
class CsvReading {
  readonly #lines = new LineNumbers();
  readonly #labels: Float64Array | null;
  readonly #column: LabelColumn | null;

  constructor(
    private readonly bytes: Bytes,
    private readonly survey: CsvSurvey,
    private readonly plan: ColumnPlan,
    private readonly rows: RowRange,
    private readonly request: ReadRequest,
  ) {
    const width = plan.labels.length;
    this.#labels = width === 0 ? null : new Float64Array((rows.end - rows.start) * width);
    const placeOf = (row: number): string => this.#place(row, plan.labels[0]);
    this.#column =
      this.#labels === null || width > 1 ? null : new LabelColumn(this.#labels, request.classes, bytes.where, placeOf);
  }

  /** @throws DataError for the first field that is not what its column wants. */
  async into(data: FloatArray): Promise<RawInput> {
    const { plan, survey, rows, bytes } = this;
    await this.#read(data);
    const { features, labels } = plan;
    const named = this.#column?.finish() ?? { names: null, warnings: [] };
    const namesOf = (columns: readonly number[]) => survey.names && columns.map((k) => survey.names?.[k] ?? '');
    if (this.#labels !== null) {
      finiteRange(this.#labels, bytes.where, (at) => this.#placeIn(at, labels));
      const isFile = this.request.role === 'labels' && this.request.labelColumn === null;
      if (isFile) checkLabelIndex(this.#labels, labels.length, namesOf(labels), rows, bytes.where);
    }
    const { table } = this.request;
    const areAll = features.length === survey.columns && table.columns === null;
    const doubts = [
      ...indexWarnings(data, survey, plan, rows, bytes.where),
      ...(plan.isUnlabelled ? [`${bytes.where}: has a column for each feature and none for labels`] : []),
      ...(areAll && !plan.isUnlabelled ? labelWarnings(data, survey, bytes.where) : []),
    ];
    return {
      data,
      shape: [rows.end - rows.start, features.length],
      labels: this.#labels,
      labelWidth: labels.length,
      labelNames: namesOf(labels),
      classes: named.names,
      names: namesOf(features),
      fileRows: survey.rows,
      placeOf: (at) => this.#placeIn(at, features),
      warnings: [...survey.warnings, ...named.warnings, ...doubts],
    };
  }

  async #read(data: FloatArray): Promise<void> {
    const { survey, plan, rows } = this;
    const first = survey.headerLines + rows.start;
    const scanner = new CsvScanner(survey, plan.kinds);
    const fields = new Float64Array(plan.kinds.length);
    const blankIsMissing = plan.kinds.length === 1;
    const choice = { first, end: survey.headerLines + rows.end, blankIsMissing };
    const { features } = plan;
    const width = features.length;
    let row = 0;
    for await (const { buffer, starts, numbers } of new CsvLines(this.bytes, choice).blocks()) {
      for (let k = 0; k < starts.length; k++) {
        this.#lines.add(row, numbers[k]);
        try {
          scanner.line(buffer, starts[k], fields);
        } catch (error) {
          if (!(error instanceof FieldProblem)) throw error;
          const text = buffer.toString('utf8', starts[k], lineEnd(buffer, starts[k]));
          throw lineProblem(text, this.bytes.where, numbers[k] + 1, survey, plan, error.column);
        }
        for (let f = 0; f < width; f++) data[row * width + f] = fields[features[f]];
        this.#storeLabels(row, fields, scanner.texts);
        row++;
      }
    }
  }

  #storeLabels(row: number, fields: Float64Array, texts: readonly (string | null)[]): void {
    const { labels } = this.plan;
    if (this.#labels === null) return;
    if (this.#column !== null) {
      const text = texts[labels[0]];
      if (text === null) this.#column.number(row, fields[labels[0]]);
      else this.#column.text(row, text);
      return;
    }
    for (const [k, column] of labels.entries()) {
      const text = texts[column];
      if (text !== null) throw this.#noTarget(row, column, text);
      this.#labels[row * labels.length + k] = fields[column];
    }
  }

  /** Names of classes can stand in one column only. */
  #noTarget(row: number, column: number, text: string): DataError {
    const place = `${this.bytes.where} ${this.#place(row, column)}`;
    const rule = 'labels of several columns must be numbers';
    return new DataError(complaint(place, rule, quoted(text), 'Name one --label-column, or write them as numbers.'));
  }

  #placeIn(at: number, columns: readonly number[]): string {
    return this.#place(Math.floor(at / columns.length), columns[at % columns.length]);
  }

  #place(row: number, column: number): string {
    return fieldPlace(this.survey, this.#lines.of(row), column);
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
