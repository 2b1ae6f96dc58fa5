import { FIELD } from './column.js';
import type { Dialect } from './dialect.js';
import { type Decimal, numberIn } from './fields.js';

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const BLANK = 32;
const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const ZERO = 48;
const LOWER_CASE = 32;
const E = 101;

/** Integers up to here times or by a power of ten up to 10^22 are rounded once, hence exactly as `Number` does. */
const EXACT = 2 ** 53;
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Thrown inside the csv reader only: the field that is no number, or the line that has another number of fields. */
export class FieldProblem {
  constructor(
    /** Zero-based field; null when the number of fields is wrong. */
    readonly column: number | null,
  ) {}
}

/** Reads lines of numbers, and labels among them, from bytes in which every line ends in a line feed. */
export class CsvScanner {
  /** Text of each label column in the line read last; null where a number stands. */
  readonly texts: (string | null)[];
  readonly #separator: number;
  readonly #blanks: boolean;
  readonly #decimal: Decimal;
  /** Code of the decimal mark; none outside quotes where it separates fields. */
  readonly #point: number;
  readonly #kinds: Uint8Array;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** `kinds` says of each column what becomes of it. */
  constructor({ separator, decimal }: Dialect, kinds: Uint8Array) {
    this.#separator = separator.charCodeAt(0);
    this.#blanks = separator === ' ';
    this.#decimal = decimal;
    this.#point = decimal === separator ? -1 : decimal.charCodeAt(0);
    this.#kinds = kinds;
    this.texts = new Array<string | null>(kinds.length).fill(null);
  }

  /** Reads the numbers of the line that starts at `start` into `fields`, NaN for texts. @throws FieldProblem. */
  line(bytes: Buffer, start: number, fields: Float64Array): void {
    this.#bytes = bytes;
    this.#at = start;
    const last = fields.length - 1;
    for (let column = 0; column <= last; column++) {
      const kind = this.#kinds[column];
      if (kind === FIELD.number) {
        const fieldStart = this.#at;
        this.#number(fields, column);
        if (!this.#passEnd(column === last)) fields[column] = this.#unusual(fieldStart, column, column === last);
      } else this.#other(kind, fields, column, column === last);
    }
  }

  /** A field that need not be a number. */
  #other(kind: number, fields: Float64Array, column: number, isLast: boolean): void {
    const fieldStart = this.#at;
    this.texts[column] = null;
    if (kind === FIELD.label) {
      this.#number(fields, column);
      if (this.#passEnd(isLast)) return;
    }
    const { text, end } = kind === FIELD.empty ? { text: '', end: fieldStart } : this.#fieldText(fieldStart);
    this.#at = end;
    if (!this.#passEnd(isLast)) throw new FieldProblem(column);
    if (kind !== FIELD.label) return;
    const value = numberIn(text, this.#decimal);
    fields[column] = value ?? Number.NaN;
    if (value === null) this.texts[column] = text;
  }

  /** Stores the plain decimal number at the current position; what follows it is for the caller to judge. */
  #number(fields: Float64Array, column: number): void {
    const bytes = this.#bytes;
    let at = this.#skipBlanks(this.#at);
    const start = at;
    const negative = bytes[at] === MINUS;
    if (negative || bytes[at] === PLUS) at++;
    const whole = at;
    let mantissa = 0;
    for (let digit = bytes[at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at] - ZERO)
      mantissa = mantissa * 10 + digit;
    let digits = at - whole;
    let power = 0;
    if (bytes[at] === this.#point) {
      const point = ++at;
      for (let digit = bytes[at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at] - ZERO)
        mantissa = mantissa * 10 + digit;
      power = point - at;
      digits -= power;
    }
    if (digits === 0) {
      this.#at = -1;
      return;
    }
    if ((bytes[at] | LOWER_CASE) === E) {
      power += this.#exponent(at + 1);
      if (this.#at < 0) return;
      at = this.#at;
    }
    this.#at = at;
    if (mantissa >= EXACT || power < -22 || power > 22) {
      fields[column] = numberIn(bytes.toString('latin1', start, at), this.#decimal) ?? Number.NaN;
    } else {
      const size = power < 0 ? mantissa / POWERS[-power] : mantissa * POWERS[power];
      fields[column] = negative ? -size : size;
    }
  }

  /** The exponent whose sign or first digit stands at `at`; the position becomes -1 without digits. */
  #exponent(at: number): number {
    const bytes = this.#bytes;
    const negative = bytes[at] === MINUS;
    const start = negative || bytes[at] === PLUS ? at + 1 : at;
    let value = 0;
    let end = start;
    for (let digit = bytes[end] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++end] - ZERO)
      value = value * 10 + digit;
    this.#at = end === start ? -1 : end;
    return negative ? -value : value;
  }

  /** Passes the separator, or the end of the line for the last field; false when something else stands there. */
  #passEnd(isLast: boolean): boolean {
    if (this.#at < 0) return false;
    const bytes = this.#bytes;
    const end = this.#at;
    let at = this.#skipBlanks(end);
    if (bytes[at] === RETURN && bytes[at + 1] === LINE_FEED) at++;
    const atLineEnd = bytes[at] === LINE_FEED;
    if (atLineEnd !== isLast) {
      return this.#missesFields(atLineEnd, this.#blanks ? at > end : bytes[at] === this.#separator);
    }
    if (isLast) return true;
    if (this.#blanks) {
      this.#at = at;
      return at > end;
    }
    this.#at = at + 1;
    return bytes[at] === this.#separator;
  }

  /** A number ended well, but the line has too few or too many fields. */
  #missesFields(atLineEnd: boolean, atSeparator: boolean): boolean {
    if (atLineEnd || atSeparator) throw new FieldProblem(null);
    return false;
  }

  /** A field that is quoted, `nan` or `inf`; anything else is a problem. */
  #unusual(start: number, column: number, isLast: boolean): number {
    const { text, end } = this.#fieldText(start);
    const value = numberIn(text, this.#decimal);
    if (value === null) throw new FieldProblem(column);
    this.#at = end;
    if (!this.#passEnd(isLast)) throw new FieldProblem(column);
    return value;
  }

  #fieldText(start: number): { text: string; end: number } {
    const bytes = this.#bytes;
    const from = this.#skipBlanks(start);
    if (bytes[from] === QUOTE) {
      const close = this.#closingQuote(from + 1);
      if (close > 0) {
        const text = bytes.toString('utf8', from + 1, close).replaceAll('""', '"');
        return { text: text.trim(), end: close + 1 };
      }
    }
    let end = from;
    const isEnd = (byte: number) => byte === LINE_FEED || byte === RETURN || byte === this.#separator;
    while (!isEnd(bytes[end]) && !(this.#blanks && bytes[end] === TAB)) end++;
    return { text: bytes.toString('utf8', from, end).trim(), end };
  }

  /** Position of the quote that ends a field, two in a row standing for one; -1 when the line ends before. */
  #closingQuote(from: number): number {
    const bytes = this.#bytes;
    for (let at = from; bytes[at] !== LINE_FEED; at++) {
      if (bytes[at] !== QUOTE) continue;
      if (bytes[at + 1] !== QUOTE) return at;
      at++;
    }
    return -1;
  }

  #skipBlanks(from: number): number {
    let at = from;
    while (this.#bytes[at] === BLANK || (this.#bytes[at] === TAB && this.#separator !== TAB)) at++;
    return at;
  }
}
