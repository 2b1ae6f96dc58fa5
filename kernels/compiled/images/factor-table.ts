import { InternalError } from '../../../src/errors.js';
import { columnNeeds, type ImageColumn } from '../../../src/programme/images/columns.js';
import { onTwoAxes, readsItself } from '../../../src/programme/images/grids.js';
import { selfKernelsNeeded } from '../../../src/programme/images/self-kernels.js';
import { angleDual } from '../../../src/programme/maps/index.js';
import { valueShapes } from '../../../src/programme/shapes.js';
import type { Shape } from '../../../src/programme/steps/rules.js';
import type { Programme, Step, ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { FACTOR_CODES, FACTOR_WORDS } from './factor-source.js';

/** Where a column stands in the block of an image of x, in bytes. */
export interface PlacedFactor {
  readonly column: ImageColumn;
  readonly at: number;
}

/** The instructions of `ntk_factors` for the columns of a job. */
export interface FactorTable {
  /** `FACTOR_WORDS` numbers an instruction. */
  readonly words: Float64Array;
  /** Arrays of `length` doubles that an image is worked on in. */
  readonly arrays: number;
  readonly length: number;
  /** Doubles of the sums of a row and of that row with its border. */
  readonly room: number;
  /** Pools whose self-kernels are read, in the order in which they lie behind one another, and their numbers. */
  readonly pools: readonly ValueId[];
  readonly pooled: number;
}

/** Self-kernels over 4^exponent from here on are looked at again, in the way that tells what is wrong. */
const MOST = 1e300;

type Code = keyof typeof FACTOR_CODES;

/** An instruction before its arrays have their places. */
interface Draft {
  readonly code: Code;
  readonly out: number | null;
  readonly reads: readonly number[];
  readonly count: number;
  readonly numbers: readonly number[];
}

/** Self-kernels of a value over 4^exponent: `factor` times an array, of 0 and 1 alone where `isIndicator`. */
interface Held {
  readonly array: number;
  readonly factor: number;
  readonly isIndicator: boolean;
}

/** Writes the instructions that lead to some columns, value by value. */
class FactorTranslation {
  readonly drafts: Draft[] = [];
  readonly pools: ValueId[] = [];
  readonly shapes: readonly Shape[];
  arrays = 0;
  pooled = 0;
  room = 0;
  readonly #programme: Programme;
  readonly #exponents: readonly number[];
  readonly #held = new Map<ValueId, Held>();
  readonly #roots = new Map<number, number>();

  constructor(programme: Programme, exponents: readonly number[]) {
    this.#programme = programme;
    this.#exponents = exponents;
    this.shapes = valueShapes(programme);
  }

  /** Makes the self-kernels of a value. */
  define(value: ValueId): void {
    const step = this.#programme.steps[value];
    const count = positionCount(this.shapes[value]);
    const known = this.arrays;
    const held = makers[step.op](this, step as never, value, count);
    this.#held.set(value, held);
    if (held.array < known || held.isIndicator) return;
    this.drafts.push({
      code: 'check',
      out: null,
      reads: [held.array],
      count,
      numbers: [MOST / Math.max(1, held.factor)],
    });
  }

  of(value: ValueId): Held {
    const held = this.#held.get(value);
    if (held === undefined) throw new InternalError(`self-kernels of step ${value} are missing`);
    return held;
  }

  /** A number over 4^`from` as one over 4^exponent of `value`. */
  scale(from: number, value: ValueId): number {
    return 4 ** (from - this.#exponents[value]);
  }

  exponent(value: ValueId): number {
    return this.#exponents[value];
  }

  /** An instruction that makes a new array. */
  make(code: Code, reads: readonly number[], count: number, ...numbers: readonly number[]): number {
    const out = this.arrays++;
    this.drafts.push({ code, out, reads, count, numbers });
    return out;
  }

  add(code: Code, array: number, from: number, count: number, factor: number): void {
    this.drafts.push({ code, out: null, reads: [array, from], count, numbers: [factor] });
  }

  /** Writes a column into the block. */
  column({ column, at }: PlacedFactor): void {
    const { value } = column;
    const count = positionCount(this.shapes[value]);
    const held = this.of(value);
    const write = (code: Code, reads: readonly number[], factor: number): void => {
      this.drafts.push({ code, out: null, reads, count, numbers: [factor, at] });
    };
    if (column.kind === 'square') write('column', [held.array], held.factor);
    else if (column.kind === 'mixingWeight') this.#mixingWeight(value, column.place, write);
    else if (column.kind === 'deviation') write('column', [this.#root(held, count)], Math.sqrt(held.factor));
    else if (column.kind === 'inverse') write('inverse', [this.#root(held, count)], 1 / Math.sqrt(held.factor));
    else throw new InternalError('columns of smooth maps are not made from a table');
  }

  #mixingWeight(
    value: ValueId,
    place: number,
    write: (code: Code, reads: readonly number[], factor: number) => void,
  ): void {
    const step = this.#programme.steps[value];
    if (step.op !== 'sum') throw new InternalError(`the step ${step.op} has no mixing weights`);
    const total = this.of(value);
    if (place === step.terms.length) {
      write('share', [total.array], (step.constant * this.scale(0, value)) / total.factor);
      return;
    }
    const { value: part, weight } = step.terms[place];
    const { array, factor } = this.of(part);
    const unit = weight * this.scale(this.#exponents[part], value);
    write('mixingWeight', [total.array, array], (unit * factor) / total.factor);
  }

  /** The array of the roots of an array: made once, and for 0 and 1 the array itself. */
  #root({ array, isIndicator }: Held, count: number): number {
    if (isIndicator) return array;
    const root = this.#roots.get(array) ?? this.make('roots', [array], count);
    this.#roots.set(array, root);
    return root;
  }
}

type Makers = {
  readonly [Op in Step['op']]: (
    to: FactorTranslation,
    step: Extract<Step, { readonly op: Op }>,
    value: ValueId,
    count: number,
  ) => Held;
};

function map(
  to: FactorTranslation,
  step: Extract<Step, { op: 'dual' | 'dualDerivative' }>,
  value: ValueId,
  count: number,
): Held {
  const [of, dual] = [to.of(step.of), angleDual(step.phi)];
  if (dual === null) throw new InternalError(`the map ${step.phi.map} is not made from a table`);
  const gain = dual.gain(step.phi);
  if (dual.degree === 1 && step.op === 'dual') {
    return { ...of, factor: of.factor * gain * to.scale(to.exponent(step.of), value) };
  }
  const array = of.isIndicator ? of.array : to.make('indicator', [of.array], count);
  return { array, factor: gain * to.scale(0, value), isIndicator: true };
}

/** Self-kernels of each step, from those before. A factor is carried beside an array: maps and weights cost nothing. */
const makers: Makers = {
  inner: (to, _step, value, count) => {
    return { array: to.make('pixels', [], count, to.scale(0, value)), factor: 1, isIndicator: false };
  },
  sum(to, { terms, constant }, value, count) {
    const parts = terms.flatMap(({ value: part, weight }) => {
      const { array, factor } = to.of(part);
      return weight > 0 ? [{ part, array, factor: factor * weight * to.scale(to.exponent(part), value) }] : [];
    });
    if (parts.length === 1 && constant === 0) return { ...to.of(parts[0].part), factor: parts[0].factor };
    const array = to.make('constant', [], count, constant * to.scale(0, value));
    for (const part of parts) to.add('add', array, part.array, count, part.factor);
    return { array, factor: 1, isIndicator: false };
  },
  dual: map,
  dualDerivative: map,
  product(to, { left, right }, value, count) {
    const [l, r] = [to.of(left), to.of(right)];
    const factor = l.factor * r.factor * to.scale(to.exponent(left) + to.exponent(right), value);
    return { array: to.make('product', [l.array, r.array], count), factor, isIndicator: false };
  },
  normalise(to, { of, by }, value, count) {
    const [o, b] = [to.of(of), to.of(by)];
    const factor = (o.factor / b.factor) * to.scale(to.exponent(of) - to.exponent(by), value);
    return { array: to.make('quotient', [o.array, b.array], count), factor, isIndicator: false };
  },
  window(to, { of, windows }, value, count) {
    const held = to.of(of);
    const factor = held.factor * to.scale(to.exponent(of), value);
    if (readsItself(windows)) return { ...held, factor };
    const { from, to: rows, filter, stride, before, wraps } = onTwoAxes(windows);
    to.room = Math.max(to.room, from[1] + (rows[1] - 1) * stride[1] + filter[1]);
    const place = [...from, ...rows, ...filter, ...stride, ...before, wraps ? 1 : 0];
    return { array: to.make('window', [held.array], count, ...place), factor, isIndicator: false };
  },
  pixel(to, { of, at }, value) {
    const held = to.of(of);
    const place = at.reduce((index, p, axis) => index * to.shapes[of][axis] + p, 0);
    const factor = held.factor * to.scale(to.exponent(of), value);
    return { array: to.make('pick', [held.array], 1, place), factor, isIndicator: held.isIndicator };
  },
  pool(to, { of }, value, count) {
    const array = to.make('pooled', [], count, to.pooled);
    to.pools.push(value);
    to.pooled += count;
    return { array, factor: to.scale(to.exponent(of), value), isIndicator: false };
  },
  radial: () => {
    throw new InternalError('a radial kernel has no positions');
  },
};

/** Places of arrays: one is free again behind the last instruction that reads it. */
function placesOf(drafts: readonly Draft[], arrays: number): { readonly at: Int32Array; readonly count: number } {
  const last = new Int32Array(arrays);
  drafts.forEach(({ out, reads }, i) => {
    for (const array of out === null ? reads : [...reads, out]) last[array] = i;
  });
  const [at, free] = [new Int32Array(arrays), [] as number[]];
  let count = 0;
  drafts.forEach(({ out, reads }, i) => {
    if (out !== null) at[out] = free.pop() ?? count++;
    for (const array of new Set(out === null ? reads : [...reads, out])) if (last[array] === i) free.push(at[array]);
  });
  return { at, count };
}

/** Whether the columns of a programme are made from a table: smooth maps need their functions. */
export function hasFactorTable(programme: Programme, columns: readonly ImageColumn[]): boolean {
  const needed = neededFor(programme, columns);
  return programme.steps.every((step, v) => {
    return needed[v] === 0 || (step.op !== 'dual' && step.op !== 'dualDerivative') || angleDual(step.phi) !== null;
  });
}

function neededFor(programme: Programme, columns: readonly ImageColumn[]): Uint8Array {
  return selfKernelsNeeded(
    programme,
    columns.flatMap((column) => columnNeeds(column, programme)),
  );
}

/** The instructions that write `columns` of an image, beside its unit pixels. */
export function factorTable(
  programme: Programme,
  exponents: readonly number[],
  columns: readonly PlacedFactor[],
): FactorTable {
  const to = new FactorTranslation(programme, exponents);
  const needed = neededFor(
    programme,
    columns.map(({ column }) => column),
  );
  programme.steps.forEach((step, v) => {
    // Unit pixels are always wanted.
    if (needed[v] === 1 || step.op === 'inner') to.define(v);
    for (const placed of columns) if (placed.column.value === v) to.column(placed);
  });
  const places = placesOf(to.drafts, to.arrays);
  const words = new Float64Array(FACTOR_WORDS * (to.drafts.length + 1));
  to.drafts.forEach(({ code, out, reads, count, numbers }, i) => {
    const arrays = (out === null ? reads : [out, ...reads]).map((array) => places.at[array]);
    words.set([FACTOR_CODES[code], count, arrays[0], arrays[1] ?? 0, arrays[2] ?? 0, ...numbers], FACTOR_WORDS * i);
  });
  const length = to.shapes.reduce((most, shape) => Math.max(most, positionCount(shape)), 1);
  const { pools, pooled } = to;
  const [whole, room] = [length, to.room].map((numbers) => Math.ceil(numbers / 8) * 8);
  return { words, arrays: places.count, length: whole, room, pools, pooled };
}
