import type { Precision } from '../../../src/data/array.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';

/** A printed pass: its text, which equal layers share, and the numbers and constants that this one runs it with. */
export interface Pass {
  readonly text: string;
  readonly numbers: readonly number[];
}

/** A value within a pass: its vector, and its two sides where they have names already. */
interface Named {
  readonly name: string;
  readonly isBare: boolean;
  low?: string;
  high?: string;
}

/** Where a pass finds a value that an earlier one left: a slot, 0 for the source. */
export type SlotOf = (value: ValueId) => number;

/**
 * Writes the text of one pass: values are named in the order of their appearance, and what differs from layer to layer
 * (slots, columns, constants) are numbers `p[k]`.
 */
export class PassText {
  readonly precision: Precision;
  readonly #heads: string[] = [];
  readonly #lines: string[] = [];
  readonly #numbers: number[] = [];
  readonly #values = new Map<ValueId, Named>();
  readonly #slotOf: SlotOf;
  readonly #isBare: (value: ValueId) => boolean;
  #names = 0;

  constructor(precision: Precision, slotOf: SlotOf, isBare: (value: ValueId) => boolean) {
    this.precision = precision;
    this.#slotOf = slotOf;
    this.#isBare = isBare;
  }

  /** A number of this pass, as an expression. */
  number(value: number): string {
    this.#numbers.push(value);
    return `p[${this.#numbers.length - 1}]`;
  }

  /** A name that nothing else has. */
  fresh(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  /** A line before the loop. */
  head(line: string): void {
    this.#heads.push(`  ${line}`);
  }

  /** A line of the loop. */
  line(line: string): void {
    this.#lines.push(`    ${line}`);
  }

  /** A new vector, of an expression. */
  vector(expression: string, prefix = 'v'): string {
    const name = this.fresh(prefix);
    this.line(`V ${name} = ${expression};`);
    return name;
  }

  /** A value by the name of its vector. */
  define(value: ValueId, name: string): void {
    this.#values.set(value, { name, isBare: this.#isBare(value) });
  }

  /** The vector of a value; loaded where it is first asked for. */
  of(value: ValueId): string {
    return this.#named(value).name;
  }

  /** 1 - u of a value. */
  low(value: ValueId): string {
    const named = this.#named(value);
    if (named.isBare) return named.name;
    named.low ??= this.vector(`low(${named.name})`, 'low');
    return named.low;
  }

  /** 1 + u of a value. */
  high(value: ValueId): string {
    const named = this.#named(value);
    const expression = named.isBare ? `splat(2) - ${named.name}` : `high(${named.name})`;
    named.high ??= this.vector(expression, 'high');
    return named.high;
  }

  /** Whether a value is never negative. */
  isBare(value: ValueId): boolean {
    return this.#isBare(value);
  }

  /** Writes a value to its slot at the end of each round. */
  store(value: ValueId, slot: number): void {
    const to = this.fresh('to');
    this.head(`T *${to} = slotAt(s, ${this.number(slot)});`);
    this.line(`store(${to} + j, ${this.of(value)});`);
  }

  /** A column of factors: that of the row as a vector before the loop, and the address of that of the columns. */
  column(column: number): { readonly row: string; readonly columns: string } {
    const k = this.fresh('');
    this.head(`const int64_t c${k} = ${this.number(column)} * s->stride;`);
    this.head(`const V a${k} = splat(s->x[c${k}]);`);
    this.head(`const T *z${k} = s->z + c${k};`);
    return { row: `a${k}`, columns: `z${k}` };
  }

  finish(): Pass {
    const text = [...this.#heads, '  for (int64_t j = 0; j < s->count; j += LANES) {', ...this.#lines, '  }'].join(
      '\n',
    );
    return { text, numbers: this.#numbers };
  }

  #named(value: ValueId): Named {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const from = this.fresh('from');
    this.head(`const T *${from} = slotAt(s, ${this.number(this.#slotOf(value))});`);
    const made: Named = { name: this.vector(`load(${from} + j)`), isBare: this.#isBare(value) };
    this.#values.set(value, made);
    return made;
  }
}
