import { DataError } from '../../errors.js';
import { complaint, quoted } from '../../message.js';
import { checkBudget, reserve } from '../budget.js';
import { finiteRange } from '../finite.js';
import type { Bytes } from '../source/bytes.js';
import { numberIn } from './csv/fields.js';
import { CsvLines, lineEnd, withLineFeeds } from './csv/lines.js';
import { LineNumbers } from './csv/place.js';
import { HEAD } from './foreign.js';
import { chosenRows, type Format, type SparseShape } from './format.js';
import { checkNoColumns } from './stored.js';

const PAIR = /^(\d+|qid):\S+$/;

/**
 * Sparse rows of libsvm and SVMlight: a label, then `index:value` with ascending indices, those left out being 0.
 * Indices count from 1, but from 0 where an index 0 stands in the file.
 */
export const libsvm: Format = {
  name: 'libsvm',
  isText: true,
  files: /\.(libsvm|svm|svmlight)(\.gz)?$/i,
  recognises: isSparse,
  async read(packed, request) {
    checkNoColumns(packed.where, request);
    const bytes = await withLineFeeds(packed);
    const { rows: fileRows, shape: own } = await survey(bytes);
    const sparse = request.sparse ?? own;
    checkFits(own, sparse, bytes.where);
    const rows = chosenRows(request, fileRows, bytes.where);
    const count = rows.end - rows.start;
    const width = request.role === 'labels' ? 0 : sparse.features;
    checkBudget(8 * count, request.memoryLimit, bytes.where);
    const data = reserve(count * width, 'f64', request.memoryLimit - 8 * count, bytes.where);
    const labels = new Float64Array(count);
    const lines = new LineNumbers();
    const store =
      width === 0
        ? () => {}
        : (row: number, index: number, value: number) => {
            data[row * width + index - sparse.base] = value;
          };
    await eachRow(bytes, rows, (row, line, text) => {
      lines.add(row, line);
      labels[row] = readRow(text, `${bytes.where} line ${line + 1}`, (index, value) => store(row, index, value));
    });
    finiteRange(labels, bytes.where, (row) => `line ${lines.of(row)}, the label`);
    const placeOf = (at: number): string =>
      `line ${lines.of(Math.floor(at / width))}, index ${(at % width) + sparse.base}`;
    return { data, shape: [count, width], labels, sparse, fileRows, placeOf, warnings: [] };
  },
};

/** Whether the first line with more than one field is a label and pairs, and those before are labels. */
function isSparse(head: Uint8Array): boolean {
  const lines = Buffer.from(head)
    .toString('latin1')
    .split(/\r\n|\r|\n/);
  const isCut = lines.length === 1 && head.length >= HEAD;
  const rows = lines
    .map((line) =>
      line
        .replace(/#.*/, '')
        .trim()
        .split(/[ \t]+/),
    )
    .filter(([label]) => label !== '');
  const first = rows.findIndex((row) => row.length > 1);
  if (first < 0 || rows.slice(0, first + 1).some(([label]) => numberIn(label.split(',')[0]) === null)) return false;
  return rows[first].slice(1, isCut ? -1 : undefined).every((pair) => PAIR.test(pair));
}

interface Survey {
  readonly rows: number;
  readonly shape: SparseShape;
}

/** Counts the rows, and finds the smallest and the largest index. */
async function survey(bytes: Bytes): Promise<Survey> {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  let rows = 0;
  await eachRow(bytes, { start: 0, end: Number.POSITIVE_INFINITY }, (_row, line, text) => {
    rows++;
    readRow(text, `${bytes.where} line ${line + 1}`, (index) => {
      smallest = Math.min(smallest, index);
      largest = Math.max(largest, index);
    });
  });
  if (rows === 0 || smallest > largest) {
    const got = rows === 0 ? 'comments alone' : 'labels alone';
    throw new DataError(complaint(bytes.where, 'must hold rows with features', got, 'Write the file again.'));
  }
  const base = smallest === 0 ? 0 : 1;
  return { rows, shape: { features: largest - base + 1, base } };
}

function checkFits(own: SparseShape, wanted: SparseShape, where: string): void {
  const most = own.features + own.base;
  if (own.base >= wanted.base && most <= wanted.features + wanted.base) return;
  const last = wanted.features + wanted.base - 1;
  const got = own.base < wanted.base ? 'the index 0' : `the index ${most - 1}`;
  throw new DataError(complaint(where, `indices must be ${wanted.base} to ${last}`, got, 'Give more features.'));
}

async function eachRow(
  bytes: Bytes,
  { start, end }: { readonly start: number; readonly end: number },
  take: (row: number, line: number, text: string) => void,
): Promise<void> {
  const choice = { first: start, end, blankIsMissing: false };
  let row = 0;
  for await (const { buffer, starts, numbers } of new CsvLines(bytes, choice).blocks()) {
    for (let k = 0; k < starts.length; k++) {
      take(row++, numbers[k], buffer.toString('latin1', starts[k], lineEnd(buffer, starts[k])));
    }
  }
}

/** The label of a row; its features go to `take`. @throws DataError for what is no row. */
function readRow(line: string, where: string, take: (index: number, value: number) => void): number {
  const refuse = (rule: string, got: string, remedy: string) => new DataError(complaint(where, rule, got, remedy));
  const comment = line.indexOf('#');
  const [label, ...pairs] = (comment < 0 ? line : line.slice(0, comment)).trim().split(/[ \t]+/);
  const value = numberIn(label);
  if (value === null) {
    const several = label.includes(',')
      ? 'Rows of several labels are not read: choose one of them.'
      : 'Write a number.';
    throw refuse('must start with one label, a number', quoted(label), several);
  }
  let before = -1;
  for (const pair of pairs) {
    const colon = pair.indexOf(':');
    const index = /^\d+$/.test(pair.slice(0, colon)) ? Number(pair.slice(0, colon)) : Number.NaN;
    const number = colon < 0 ? null : numberIn(pair.slice(colon + 1));
    if (pair.startsWith('qid:')) {
      throw refuse('must hold features after the label', quoted(pair), 'Rankings are not read: remove the qid pairs.');
    }
    if (!Number.isSafeInteger(index) || number === null) {
      throw refuse('must be index:value, two numbers', quoted(pair), 'Correct the pair, or remove it.');
    }
    if (index <= before) {
      throw refuse(`indices must ascend, each once, after ${before}`, quoted(pair), 'Sort the pairs of the line.');
    }
    before = index;
    take(index, number);
  }
  return value;
}
