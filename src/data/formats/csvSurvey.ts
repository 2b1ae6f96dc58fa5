import { DataError } from '../../errors.js';
import { complaint } from '../message.js';
import type { Bytes } from '../source/bytes.js';
import { numberIn, type Separator, separatorOf, splitFields } from './csvFields.js';
import { lineEnd } from './csvLines.js';

/** What a first pass finds out about a csv file. */
export interface CsvSurvey {
  readonly separator: Separator;
  /** Names in line 1; null when line 1 holds numbers. */
  readonly header: readonly string[] | null;
  /** Fields of line 1. */
  readonly columns: number;
  /** Lines of data: without header and blank lines at the end. */
  readonly rows: number;
  readonly warnings: readonly string[];
}

/** Bytes that a line may have. */
export const LONGEST_LINE = 1 << 28;

/** Tab, carriage return, space. */
const BLANKS = [9, 13, 32];

/**
 * Counts the lines of a csv file and looks at the first two.
 *
 * @throws DataError when the first line is empty, a line has no end, or no data follow the header.
 */
export async function surveyCsv(bytes: Bytes): Promise<CsvSurvey> {
  const lines = new LineCounter(bytes.where);
  for await (const chunk of bytes.chunks()) lines.add(chunk);
  const [first, second] = lines.firstTwo();
  if (first.trim() === '') {
    throw new DataError(
      complaint(`${bytes.where} line 1`, 'must hold numbers or names', 'an empty line', 'Delete it.'),
    );
  }
  const separator = separatorOf(second.trim() === '' ? first : second);
  const fields = splitFields(first.replace(/^#\s*(?=\S)/, ''), separator);
  const named = fields.findIndex((field) => numberIn(field) === null);
  const rows = lines.count - (named < 0 ? 0 : 1);
  if (rows === 0) {
    const remedy = 'Line 1 is a header when any field is not a number.';
    throw new DataError(complaint(bytes.where, 'must have at least one row of numbers', 'a header alone', remedy));
  }
  const header = named < 0 ? null : fields;
  return { separator, header, columns: fields.length, rows, warnings: doubtfulHeader(header, named, bytes.where) };
}

/** A header with numbers in it may be a row of data with a slip. */
function doubtfulHeader(header: readonly string[] | null, named: number, where: string): string[] {
  const field = header?.[named] ?? '';
  if (!header?.some((name) => numberIn(name) !== null) || field === '') return [];
  return [`${where} line 1: taken as a header because column ${named + 1} (${JSON.stringify(field)}) is not a number`];
}

/** Counts lines up to the last one that is not blank, and keeps the first two. */
class LineCounter {
  /** Lines up to the last that is not blank. */
  count = 0;
  readonly #where: string;
  readonly #start: Buffer[] = [];
  #line = 0;
  #length = 0;
  #blank = true;

  constructor(where: string) {
    this.#where = where;
  }

  add(chunk: Uint8Array): void {
    if (this.#line < 2) this.#start.push(Buffer.from(chunk));
    let start = 0;
    for (let stop = lineEnd(chunk, 0); stop < chunk.length; stop = lineEnd(chunk, start)) {
      this.#see(chunk, start, stop);
      this.#line++;
      this.#blank = true;
      this.#length = 0;
      start = stop + 1;
    }
    this.#see(chunk, start, chunk.length);
    this.#length += chunk.length - start;
    if (this.#length > LONGEST_LINE) {
      const rule = `must be at most ${LONGEST_LINE} bytes long`;
      const where = `${this.#where} line ${this.#line + 1}`;
      throw new DataError(complaint(where, rule, 'a longer line', 'Check that the file is csv.'));
    }
  }

  /** A part of the current line. */
  #see(chunk: Uint8Array, start: number, stop: number): void {
    for (let i = start; this.#blank && i < stop; i++) {
      if (BLANKS.includes(chunk[i])) continue;
      this.#blank = false;
      this.count = this.#line + 1;
    }
  }

  /** Text of lines 1 and 2 without a byte order mark; empty where there is none. */
  firstTwo(): [string, string] {
    const [first = '', second = ''] = Buffer.concat(this.#start).toString('utf8').split('\n', 2);
    return [first.replace(/^\ufeff/, '').replace(/\r$/, ''), second.replace(/\r$/, '')];
  }
}
