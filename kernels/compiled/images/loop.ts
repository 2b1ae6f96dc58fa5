import { InternalError } from '../../../src/errors.js';
import type { ImageColumn } from '../../../src/programme/images/columns.js';
import type { ImageValue } from '../../../src/programme/images/instructions.js';
import { valueKey } from '../../../src/programme/images/phases.js';
import type { Frame } from './geometry.js';

/** A loop over the cells of a grid as C, with what it finds in the tables. */
export interface PrintedLoop {
  /** Body of the function without its name: equal texts are one function. */
  readonly text: string;
  readonly constants: readonly number[];
  readonly words: readonly number[];
}

/** What a loop asks of the whole: places of columns and slots. */
export interface LoopContext {
  readonly frames: readonly Frame[];
  readonly grid: number;
  readonly slots: ReadonlyMap<string, number>;
  readonly isSigned: (value: ImageValue) => boolean;
  /** Place of a column in the block of an image of x, in numbers of T. */
  readonly column: (column: ImageColumn) => number;
  /** Cells of a slot. */
  readonly slotCells: number;
}

/**
 * Collects the lines of a loop: what is fetched once (`head`), on each row (`row`), at each cell (`body`), and at the
 * end of a row (`end`).
 */
export class Loop {
  readonly head: string[] = [];
  readonly row: string[] = [];
  readonly body: string[] = [];
  readonly next: string[] = [];
  readonly end: string[] = [];
  /** Behind the loop: what lies around lists. */
  readonly after: string[] = [];
  readonly in: LoopContext;
  readonly #constants: number[] = [];
  readonly #words: number[] = [];
  readonly #names = new Map<string, string>();
  readonly #known = new Map<string, string>();
  /** Factors that a value has still to be multiplied with. */
  readonly #pending = new Map<string, number>();
  #count = 0;

  constructor(context: LoopContext) {
    this.in = context;
  }

  get frame(): Frame {
    return this.in.frames[this.in.grid];
  }

  /** A vector of a constant of the table. */
  constant(value: number): string {
    const name = this.#name('c');
    this.head.push(`const V ${name} = splat((T)c[${this.#constants.push(value) - 1}]);`);
    return name;
  }

  /** A constant of the table as a double. */
  number(value: number): string {
    return `c[${this.#constants.push(value) - 1}]`;
  }

  /** A word of the table. */
  word(value: number): string {
    return `w[${this.#words.push(value) - 1}]`;
  }

  /** Where columns of factors begin, `[of x, of z]`. */
  columns(column: ImageColumn): readonly [string, string] {
    const name = this.#once(`columns ${JSON.stringify(column)}`, 'at', (made) => {
      const place = this.word(this.in.column(column));
      this.head.push(
        `const T *const x${made} = f->x + (int64_t)${place} * XLANES;`,
        `const T *const z${made} = f->z + (int64_t)${place} * LANES;`,
      );
    });
    return [`x${name}`, `z${name}`];
  }

  /** Factors of p and of p'. */
  factors(column: ImageColumn): readonly [string, string] {
    const [x, z] = this.columns(column);
    const name = this.#once(`factors ${JSON.stringify(column)}`, 'a', (made) => {
      this.row.push(
        `const T *const x${made} = ${x} + (int64_t)p * XLANES, *const z${made} = ${z} + (int64_t)q * LANES;`,
      );
      this.body.push(`const V ${made} = loadX(x${made} + i * XLANES), b${made} = load(z${made} + i * LANES);`);
    });
    return [name, `b${name}`];
  }

  /** Where the list of a slot begins, its frame included. */
  list(v: ImageValue): string {
    const slot = this.in.slots.get(valueKey(v));
    if (slot === undefined) throw new InternalError(`value ${valueKey(v)} has no slot`);
    return this.#once(`list ${valueKey(v)}`, 's', (name) => {
      this.head.push(`T *restrict const ${name} = f->slots + (int64_t)${this.word(slot * this.in.slotCells)} * LANES;`);
    });
  }

  /** The value at this cell, fetched from its slot when it is first read. */
  value(v: ImageValue): string {
    const name = this.raw(v);
    const factor = this.#pending.get(name);
    if (factor === undefined) return name;
    return this.#once(`scaled ${name}`, 'v', (made) => {
      this.body.push(`const V ${made} = ${this.constant(factor)} * ${name};`);
    });
  }

  /** The same before the factor that `factorOf` tells. */
  raw(v: ImageValue): string {
    const known = this.#names.get(valueKey(v));
    if (known !== undefined) return known;
    const name = this.#name('v');
    this.body.push(`const V ${name} = load(${this.#cells(v)} + i * LANES);`);
    this.#names.set(valueKey(v), name);
    return name;
  }

  factorOf(v: ImageValue): number {
    return this.#pending.get(this.raw(v)) ?? 1;
  }

  /** Gives a value its expression, and keeps it where later loops read it; `factor` is applied when it is read. */
  define(v: ImageValue, expression: string, factor = 1): void {
    const name = this.#name('v');
    this.body.push(`const V ${name} = ${expression};`);
    this.#names.set(valueKey(v), name);
    if (factor !== 1) this.#pending.set(name, factor);
    if (this.in.slots.has(valueKey(v))) this.body.push(`store(${this.#cells(v)} + i * LANES, ${this.value(v)});`);
  }

  /** A name for a line of this loop alone. */
  fresh(expression: string): string {
    const name = this.#name('t');
    this.body.push(`const V ${name} = ${expression};`);
    return name;
  }

  /** A name that is not taken. */
  name(prefix: string): string {
    return this.#name(prefix);
  }

  below(v: ImageValue): string {
    return this.in.isSigned(v) ? `low(${this.value(v)})` : this.value(v);
  }

  above(v: ImageValue): string {
    return this.in.isSigned(v) ? `high(${this.value(v)})` : `(TWO - ${this.value(v)})`;
  }

  print(): PrintedLoop {
    const { height, width } = this.frame;
    const rect = this.word(this.in.grid);
    const indent = (lines: readonly string[], by: number): string[] => lines.map((l) => `${' '.repeat(by)}${l}`);
    const text = [
      ...indent([`const Rect *const r = f->rects + ${rect};`, ...this.head], 2),
      '  for (int y = r->y0; y < r->y1; y++) {',
      `    const int qy = y + r->dy - (y + r->dy >= ${height} ? ${height} : 0);`,
      '    for (int part = 0; part < r->parts; part++) {',
      '      const int x = r->part[part].x0, cells = r->part[part].x1 - x, qx = x + r->part[part].qx;',
      `      const int p = y * ${width} + x, q = qy * ${width} + qx;`,
      ...indent(this.row, 6),
      '      for (int i = 0; i < cells; i++) {',
      ...indent([...this.body, ...this.next], 8),
      '      }',
      ...indent(this.end, 6),
      '    }',
      '  }',
      ...indent(this.after, 2),
    ];
    return { text: text.join('\n'), constants: this.#constants, words: this.#words };
  }

  /** Where a list stands at the first cell of a row. */
  #cells(v: ImageValue): string {
    const list = this.list(v);
    return this.#once(`cells ${list}`, 'l', (name) => {
      const { top, left, pitch } = this.frame;
      this.row.push(`T *const ${name} = ${list} + ((y + ${top}) * ${pitch} + x + ${left}) * LANES;`);
    });
  }

  #once(key: string, prefix: string, make: (name: string) => void): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.#name(prefix);
    this.#known.set(key, name);
    make(name);
    return name;
  }

  #name(prefix: string): string {
    this.#count += 1;
    return `${prefix}${this.#count}`;
  }
}
