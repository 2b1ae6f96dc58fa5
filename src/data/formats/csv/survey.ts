import { DataError } from '../../../errors.js';
import { complaint } from '../../../message.js';
import type { Bytes } from '../../source/bytes.js';
import type { ReadRequest } from '../format.js';
import { type Dialect, dialectOf } from './dialect.js';
import { splitFields } from './fields.js';
import { readHead } from './head.js';
import { headerOf } from './header.js';
import { CsvLines } from './lines.js';

/** What a first pass finds out about a csv file. */
export interface CsvSurvey extends Dialect {
  /** Names of the columns, empty where one has none; null without a header. */
  readonly names: readonly string[] | null;
  /** Lines of content before the first row: 1 with a header, unless that is a comment. */
  readonly headerLines: number;
  /** Fields of a row, without an empty one that every line ends in. */
  readonly columns: number;
  /** Whether every line ends in a separator. */
  readonly hasTrailing: boolean;
  /** Whether column 1 holds names of rows, for which the header has no name. */
  readonly hasRowNames: boolean;
  /** Rows of data. */
  readonly rows: number;
  readonly warnings: readonly string[];
}

/**
 * Looks at the first lines of a csv file, whose lines end in line feeds, and counts its rows.
 *
 * @throws DataError when it holds no data, or a line has no end.
 */
export async function surveyCsv(bytes: Bytes, request: ReadRequest): Promise<CsvSurvey> {
  const { where } = bytes;
  const head = await readHead(bytes);
  if (head.lines.length === 0) {
    const remedy = 'Write the file again.';
    throw new DataError(complaint(where, 'must hold numbers', 'blank lines and comments alone', remedy));
  }
  const { table } = request;
  const { isDoubtful, ...dialect } = dialectOf(head.lines, table.separator, table.decimal);
  const split = head.lines.map((line) => splitFields(line, dialect.separator));
  const hasTrailing = endInSeparator(split);
  const rows = split.map((row) => (hasTrailing && row[row.length - 1] === '' ? row.slice(0, -1) : row));
  const width = commonLength(rows.length > 1 ? rows.slice(1) : rows);
  const { names, isLine, hasRowNames, doubts } = headerOf(head, rows, width, dialect, request);
  const headerLines = isLine ? 1 : 0;
  const columns = hasRowNames ? width : rows[0].length;
  const content = await count(bytes, columns === 1 && !hasTrailing);
  if (content === headerLines) {
    const remedy = 'Line 1 is a header when any field is not a number; --header no takes it as data.';
    throw new DataError(complaint(where, 'must have at least one row of numbers', 'a header alone', remedy));
  }
  const warnings = doubts.map((doubt) => `${where} line 1: ${doubt}`);
  if (isDoubtful) {
    warnings.push(`${where}: commas were taken as decimal marks; --decimal . says that they are none`);
  }
  return { ...dialect, names, headerLines, columns, hasTrailing, hasRowNames, rows: content - headerLines, warnings };
}

/** Whether all lines end in a separator; a header may do without. */
function endInSeparator([first, ...others]: readonly (readonly string[])[]): boolean {
  const isOpen = (row: readonly string[]): boolean => row.length > 1 && row[row.length - 1] === '';
  if (others.length === 0 || !others.every(isOpen)) return false;
  return isOpen(first) || first.length === commonLength(others) - 1;
}

/** The number of fields that most rows have. */
function commonLength(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0] ?? 0;
}

async function count(bytes: Bytes, blankIsMissing: boolean): Promise<number> {
  let lines = 0;
  const choice = { first: 0, end: Number.POSITIVE_INFINITY, blankIsMissing };
  for await (const { starts } of new CsvLines(bytes, choice).blocks()) lines += starts.length;
  return lines;
}
