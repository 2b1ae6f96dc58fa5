import type { Column, ReadRequest } from '../format.js';
import type { Dialect } from './dialect.js';
import { isMissing, isNumberForPeople, numberIn, splitFields } from './fields.js';
import type { CsvHead } from './head.js';

/** Names of the columns and where they stand. */
export interface CsvHeader {
  /** One a column of the data, empty where a column has none; null without a header. */
  readonly names: readonly string[] | null;
  /** Whether they are the first line of content, rather than a comment before it. */
  readonly isLine: boolean;
  /** Whether the first column, which the header does not name, holds names of rows. */
  readonly hasRowNames: boolean;
  /** What should be said about it, without the file and line. */
  readonly doubts: readonly string[];
}

const NONE: CsvHeader = { names: null, isLine: false, hasRowNames: false, doubts: [] };

/**
 * The header of a csv by its first lines, its fields split already; `width` is the number of fields of a line of data.
 */
export function headerOf(
  head: CsvHead,
  rows: readonly (readonly string[])[],
  width: number,
  dialect: Dialect,
  request: ReadRequest,
): CsvHeader {
  const [first] = rows;
  const wanted = request.table.header ?? (namesIn(first, request) ? true : null);
  if (wanted === false) return NONE;
  const isNumber = (field: string): boolean => numberIn(field, dialect.decimal) !== null;
  const comment = head.comment === null ? [] : splitFields(head.comment, dialect.separator);
  const fromComment = comment.length === first.length && comment.some((field) => !isNumber(field) && field !== '');
  if (fromComment && first.some(isNumber)) return { ...NONE, names: comment };
  const judged = wanted === true ? { isHeader: true, doubts: [] } : judge(rows, isNumber, request);
  if (!judged.isHeader) return { ...NONE, doubts: judged.doubts };
  const hasRowNames = rows.length > 1 && first.length === width - 1;
  const doubts = hasRowNames
    ? [`has one field fewer than the lines below, as R writes it: column 1 was taken as names of rows, and left out`]
    : judged.doubts;
  return { names: hasRowNames ? ['', ...first] : first, isLine: true, hasRowNames, doubts };
}

/** Whether a column is asked for by a text of line 1 that is no number. */
function namesIn(first: readonly string[], { table, labelColumn }: ReadRequest): boolean {
  const asked = [...(labelColumn ?? []), ...(table.columns ?? []), ...(table.dropColumns ?? [])];
  return asked.some((column) => typeof column === 'string' && numberIn(column) === null && first.includes(column));
}

interface Judgement {
  readonly isHeader: boolean;
  readonly doubts: readonly string[];
}

/** Whether line 1 is a header: a field is neither a number nor empty, or the first one alone is empty. */
function judge(
  rows: readonly (readonly string[])[],
  isNumber: (field: string) => boolean,
  request: ReadRequest,
): Judgement {
  const [first] = rows;
  const hasNumbers = first.some(isNumber);
  // Among numbers a word for a missing value is one.
  const isText = (field: string): boolean =>
    field !== '' && !isNumber(field) && !isNumberForPeople(field) && !(hasNumbers && isMissing(field));
  const texts = first.flatMap((field, column) => (isText(field) ? [column] : []));
  const classes = mayBeNames(first.length, request);
  const telling = texts.filter((column) => !classes.has(column));
  if (telling.length > 0) return { isHeader: true, doubts: hasNumbers ? [notANumber(telling[0], first)] : [] };
  if (texts.length > 0) return classesInFirst(rows, texts, isNumber);
  if (first.length > 1 && first[0] === '' && first.slice(1).every(isNumber)) {
    const doubt = `was taken as a header of numbers, because column 1 is empty; --header no takes it as data`;
    return { isHeader: true, doubts: [doubt] };
  }
  return { isHeader: false, doubts: countsColumns(rows, isNumber) ? [mayBeHeader(first)] : [] };
}

/** Line 1 has names only where classes stand: it is a header if none of them comes again and the rest tells of none. */
function classesInFirst(
  rows: readonly (readonly string[])[],
  texts: readonly number[],
  isNumber: (field: string) => boolean,
): Judgement {
  const [first, ...others] = rows;
  const comesAgain = texts.some((column) => others.some((row) => row[column] === first[column]));
  if (comesAgain) return { isHeader: false, doubts: [] };
  const hasNumbers = first.some(isNumber);
  if (!hasNumbers) return { isHeader: true, doubts: [] };
  const rest = rows.map((row) => row.filter((_, column) => !texts.includes(column)));
  const isHeader = rest[0].length > 1 && countsColumns(rest, isNumber);
  return { isHeader, doubts: [isHeader ? notANumber(texts[0], first) : onlyClasses(texts[0], first)] };
}

/** What is said of a line that was read as data although a text in it comes in no other line. */
function onlyClasses(column: number, first: readonly string[]): string {
  return (
    `was read as data; its text ${JSON.stringify(first[column])} in column ${column + 1} comes in no other of the ` +
    'first lines: --header yes takes it as a header, --header no says that it is none'
  );
}

/** Columns whose texts say nothing about a header: those of labels, and those that are left out. */
function mayBeNames(width: number, { table, labelColumn, role }: ReadRequest): ReadonlySet<number> {
  const all = Array.from({ length: width }, (_, column) => column);
  const numbered = (columns: readonly Column[] | null): number[] =>
    (columns ?? []).flatMap((column) => all.filter((k) => isColumn(column, k, width)));
  const labels = numbered(labelColumn);
  if (role === 'labels') return new Set(labels.length > 0 ? all : width === 1 ? all : []);
  const chosen = numbered(table.columns);
  const left = table.columns === null ? [] : all.filter((column) => !chosen.includes(column));
  return new Set([...labels, ...numbered(table.dropColumns), ...left]);
}

function isColumn(column: Column, k: number, width: number): boolean {
  const index = typeof column === 'number' || /^-?\d+$/.test(column) ? Number(column) : Number.NaN;
  return index === k || index + width === k;
}

/** Whether line 1 goes up by equal steps, as numbers of columns, and no other line does. */
function countsColumns(rows: readonly (readonly string[])[], isNumber: (field: string) => boolean): boolean {
  const steps = (row: readonly string[]): boolean => {
    if (!row.every(isNumber) || row.length < 2) return false;
    const [a, b] = row.map(Number);
    return b !== a && row.every((field, k) => Number(field) === a + k * (b - a));
  };
  const [first, ...others] = rows;
  if (others.length === 0 || !steps(first)) return false;
  if (first.length > 2) return !others.some(steps);
  // Two numbers always do: those of pandas are meant, unless the rows are one-hot.
  return first.join() === '0,1' && !others.every((row) => row.every((field) => field === '0' || field === '1'));
}

function notANumber(column: number, first: readonly string[]): string {
  return (
    `was taken as a header because column ${column + 1} (${JSON.stringify(first[column])}) is not a number; --header ` +
    'no takes it as data'
  );
}

function mayBeHeader(first: readonly string[]): string {
  const shown = first.length > 4 ? `${first.slice(0, 3).join(', ')}, ...` : first.join(', ');
  return (
    `holds numbers (${shown}) that may be names of columns, and was read as data; --header yes takes it as a header, ` +
    '--header no says that it is none'
  );
}
