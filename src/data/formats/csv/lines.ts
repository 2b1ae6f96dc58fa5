import { DataError } from '../../../errors.js';
import { complaint } from '../../../message.js';
import type { Bytes } from '../../source/bytes.js';

/** Whole lines in one buffer: where each starts, and its number in the file, from 0; every line ends in a line feed. */
export interface LineBlock {
  readonly buffer: Buffer;
  readonly starts: readonly number[];
  readonly numbers: readonly number[];
}

/** What a line is: only `content` is read. */
export type LineKind = 'blank' | 'comment' | 'content';

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const BLANK = 32;
const NUMBER_SIGN = 35;
const PERCENT = 37;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const INITIAL_BUFFER = 1 << 21;

/** Bytes that a line may have. */
const LONGEST_LINE = 1 << 28;

/** Errors of Excel start with the mark of a comment. */
const EXCEL_ERROR = /^#(N\/A|NUM!|VALUE!|REF!|NAME\?|NULL!|DIV\/0!)/;

/** Position of the next line feed from `start` on, else the length; for short lines faster than `indexOf`. */
export function lineEnd(bytes: Uint8Array, start: number): number {
  const { length } = bytes;
  let at = start;
  while (at < length && bytes[at] !== LINE_FEED) at++;
  return at;
}

/** What the line `[start, end)` is; comments start with `#` or `%`. */
export function lineKind(bytes: Buffer, start: number, end: number): LineKind {
  let at = start;
  while (at < end && (bytes[at] === BLANK || bytes[at] === TAB || bytes[at] === RETURN)) at++;
  if (at === end) return 'blank';
  if (bytes[at] === PERCENT) return 'comment';
  if (bytes[at] !== NUMBER_SIGN) return 'content';
  return EXCEL_ERROR.test(bytes.toString('latin1', at, Math.min(end, at + 8))) ? 'content' : 'comment';
}

/** The same text with line feeds, where its lines end in a carriage return alone. */
export async function withLineFeeds(bytes: Bytes): Promise<Bytes> {
  let before = 0;
  for await (const chunk of bytes.chunks()) {
    if (before === RETURN) return chunk[0] === LINE_FEED ? bytes : returnsAsLineFeeds(bytes);
    const at = chunk.findIndex((byte) => byte === RETURN || byte === LINE_FEED);
    if (at < 0) continue;
    if (chunk[at] === LINE_FEED) return bytes;
    if (at + 1 < chunk.length) return chunk[at + 1] === LINE_FEED ? bytes : returnsAsLineFeeds(bytes);
    before = RETURN;
  }
  return bytes;
}

function returnsAsLineFeeds(bytes: Bytes): Bytes {
  return {
    where: bytes.where,
    size: bytes.size,
    maximumSize: bytes.maximumSize,
    async *chunks() {
      for await (const chunk of bytes.chunks()) yield chunk.map((byte) => (byte === RETURN ? LINE_FEED : byte));
    },
  };
}

/** Which lines are wanted. */
export interface LineChoice {
  /** Lines of content to pass over. */
  readonly first: number;
  /** Line of content after the last. */
  readonly end: number;
  /** Whether a blank line among content is an error, as in a file of one column: there it is a missing value. */
  readonly blankIsMissing: boolean;
}

/** The lines of content `first <= line < end` of a text, zero-based, in blocks of what one chunk completes. */
export class CsvLines {
  #buffer = Buffer.allocUnsafe(INITIAL_BUFFER);
  #spare = Buffer.alloc(0);
  #filled = 0;
  /** Lines of content, and lines of any kind, so far. */
  #content = 0;
  #line = 0;
  /** The first blank line after content. */
  #blank = -1;

  constructor(
    private readonly bytes: Bytes,
    private readonly choice: LineChoice,
  ) {}

  /**
   * Each block is valid until the next one is asked for. @throws DataError for a line without end, or blank where none
   * may be.
   */
  async *blocks(): AsyncGenerator<LineBlock> {
    let isFirst = true;
    for await (const chunk of this.bytes.chunks()) {
      const marked = isFirst && BYTE_ORDER_MARK.every((byte, i) => chunk[i] === byte);
      isFirst = false;
      this.#append(marked ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk);
      yield this.#take();
      if (this.#content >= this.choice.end) return;
    }
    this.#append(new Uint8Array([LINE_FEED]));
    yield this.#take();
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#filled + chunk.length;
    if (this.#filled > LONGEST_LINE) {
      const rule = `must be at most ${LONGEST_LINE} bytes long`;
      const where = `${this.bytes.where} line ${this.#line + 1}`;
      throw new DataError(complaint(where, rule, 'a longer line', 'Check that the file is csv.'));
    }
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      this.#buffer.copy(larger, 0, 0, this.#filled);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#filled);
    this.#filled = needed;
  }

  /** The complete lines of the buffer; the rest moves to the front of another one. */
  #take(): LineBlock {
    const buffer = this.#buffer;
    const filled = buffer.subarray(0, this.#filled);
    const starts: number[] = [];
    const numbers: number[] = [];
    let start = 0;
    while (this.#content < this.choice.end) {
      const stop = lineEnd(filled, start);
      if (stop === filled.length) break;
      if (this.#isContent(buffer, start, stop)) {
        if (this.#content >= this.choice.first) {
          starts.push(start);
          numbers.push(this.#line);
        }
        this.#content++;
      }
      this.#line++;
      start = stop + 1;
    }
    this.#spare = this.#spare.length >= buffer.length ? this.#spare : Buffer.allocUnsafe(buffer.length);
    buffer.copy(this.#spare, 0, start, this.#filled);
    [this.#buffer, this.#spare] = [this.#spare, buffer];
    this.#filled -= start;
    return { buffer, starts, numbers };
  }

  #isContent(buffer: Buffer, start: number, stop: number): boolean {
    const kind = lineKind(buffer, start, stop);
    if (kind === 'blank' && this.#content > 0 && this.#blank < 0) this.#blank = this.#line;
    if (kind === 'content' && this.#blank >= 0 && this.choice.blankIsMissing) {
      const where = `${this.bytes.where} line ${this.#blank + 1}, column 1`;
      const remedy = 'Fill it in, or delete the line if no row is meant.';
      throw new DataError(complaint(where, 'must be a value', 'a missing value (an empty line)', remedy));
    }
    return kind === 'content';
  }
}
