import { DataError } from '../../../errors.js';
import { complaint, quoted } from '../../../message.js';
import { isMissingName } from './fields.js';

/** Different values above which labels are no classes. */
export const MOST_CLASSES = 1000;

/** Collects the labels of one column: numbers, or from the first text on names of classes. */
export class LabelColumn {
  /** Numbers of the names by first appearance; null while all labels are numbers. */
  #found: Map<string, number> | null;
  #numbers = 0;
  /** Place of the first label that is a name among numbers or a number among names. */
  #odd: string | null = null;

  /**
   * `known` are names of classes in the order of their numbers; null: those that appear, sorted. `placeOf` names a row
   * of the file `where`.
   */
  constructor(
    private readonly values: Float64Array,
    private readonly known: readonly string[] | null,
    private readonly where: string,
    private readonly placeOf: (row: number) => string,
  ) {
    this.#found = known && new Map(known.map((name, number) => [name, number]));
  }

  /** A label that is a number. @throws DataError when it is none of the classes. */
  number(row: number, value: number): void {
    if (this.#found === null) {
      this.values[row] = value;
      return;
    }
    this.#numbers++;
    this.#odd ??= `${this.placeOf(row)} is ${value}`;
    if (Number.isNaN(value)) throw this.#missing(row, 'NaN');
    this.values[row] = this.#numberOf(row, String(value));
  }

  /**
   * A label that is a name. @throws DataError when it is missing, or none of the classes, or stands among numbers that
   * are none.
   */
  text(row: number, text: string): void {
    if (this.#found === null) this.#startNames(row, text);
    if (isMissingName(text)) throw this.#missing(row, text);
    this.values[row] = this.#numberOf(row, text);
  }

  /**
   * Names of the classes in the order of their numbers, and what should be said; null names: the labels are numbers.
   */
  finish(): { readonly names: readonly string[] | null; readonly warnings: readonly string[] } {
    if (this.#found === null || this.known !== null) return { names: this.known, warnings: [] };
    const names = [...this.#found.keys()];
    const sorted = names.toSorted((a, b) => (a < b ? -1 : 1));
    const place = new Map(sorted.map((name, number) => [name, number]));
    const renumbered = names.map((name) => place.get(name) ?? 0);
    for (let row = 0; row < this.values.length; row++) this.values[row] = renumbered[this.values[row]];
    if (this.#numbers === 0) return { names: sorted, warnings: [] };
    const doubt =
      `${this.#numbers} of ${this.values.length} labels are numbers and the others names (${this.#odd}); all were ` +
      'taken as names of classes';
    return { names: sorted, warnings: [`${this.where}: ${doubt}`] };
  }

  /** The labels before the first name become names as well. */
  #startNames(row: number, text: string): void {
    const before = this.values.subarray(0, row);
    if (isMissingName(text)) throw this.#missing(row, text);
    const fraction = before.findIndex((value) => !Number.isInteger(value));
    if (fraction >= 0 && Number.isNaN(before[fraction])) throw this.#missing(fraction, 'NaN');
    if (fraction >= 0) {
      const rule = `must be a number as the labels before, such as ${before[fraction]}`;
      throw new DataError(complaint(this.#place(row), rule, quoted(text), 'Correct it, or leave out its row.'));
    }
    this.#found = new Map();
    if (row > 0) this.#odd = `${this.placeOf(row)} is ${quoted(text)}`;
    this.#numbers = row;
    for (let k = 0; k < row; k++) this.values[k] = this.#numberOf(k, String(before[k]));
  }

  #numberOf(row: number, name: string): number {
    const found = this.#found ?? new Map<string, number>();
    const number = found.get(name);
    if (number !== undefined) return number;
    if (this.known !== null) throw this.#unknown(row, name, this.known);
    if (found.size === MOST_CLASSES) {
      const rule = `labels must be numbers, or names of at most ${MOST_CLASSES} classes`;
      const remedy = 'Name another --label-column, and leave this one out with --drop-columns.';
      throw new DataError(complaint(this.#place(row), rule, `more, the next of them ${quoted(name)}`, remedy));
    }
    found.set(name, found.size);
    return found.size - 1;
  }

  #unknown(row: number, name: string, known: readonly string[]): DataError {
    const more = known.length > 20 ? ', ...' : '';
    const rule = `must be one of the classes of TRAIN, ${known.slice(0, 20).map(quoted).join(', ')}${more}`;
    const remedy = 'Leave out its row, or give rows of this class to TRAIN.';
    return new DataError(complaint(this.#place(row), rule, quoted(name), remedy));
  }

  #place(row: number): string {
    return `${this.where} ${this.placeOf(row)}`;
  }

  #missing(row: number, text: string): DataError {
    const got = `a missing value (${text === '' ? 'an empty field' : text})`;
    return new DataError(complaint(this.#place(row), 'must be a label', got, 'Fill it in, or leave out its row.'));
  }
}
