import type { KernelTask, Output, RowSet } from '../../src/backend/contract.js';
import { allocate, type FloatArray } from '../../src/data/array.js';
import { InternalError } from '../../src/errors.js';
import type { SmoothMap } from '../../src/programme/duals/index.js';
import type { Programme, ScalarMap, Step, ValueId } from '../../src/programme/steps.js';

/** Operation codes of the interpreter in assembly/body.ts. */
const OP = {
  piecewiseLinear: 1,
  threshold: 2,
  sum: 3,
  product: 4,
  radial: 5,
  smooth: 6,
  smoothSlope: 7,
  output: 8,
  table: 9,
  sign: 10,
} as const;

/** Codes of the smooth maps in assembly/smooth.ts. */
const SMOOTH_CODE = {
  errorFunction: 0,
  gaussianGate: 1,
  exponentialTail: 2,
  sine: 3,
  cosine: 4,
} satisfies Record<SmoothMap, number>;

/** A body for the interpreter. Words that are addresses hold an index until `relocate` turns it into one. */
export interface Code {
  readonly words: Int32Array;
  /** Positions of words that index `constants`, and of words that index the tables (0, 1 as in `outputs`). */
  readonly constantWords: readonly number[];
  readonly tableWords: readonly number[];
  readonly constants: Float64Array;
  /** Value slots beside the source. */
  readonly slots: number;
  /** Factor columns, in order: the step whose column it is and its place there, or an output whose scale it is. */
  readonly columns: readonly Column[];
}

/**
 * Where a factor column comes from: a column of a step (`rest`: what rounding to f32 left of it), or the scale of an output.
 */
export type Column =
  | { readonly step: number; readonly place: number; readonly rest?: boolean }
  | { readonly scale: Output };

/** Writes instructions; slots are given out and taken back as values live and die. */
class Encoder {
  readonly words: number[] = [];
  readonly constantWords: number[] = [];
  readonly tableWords: number[] = [];
  readonly constants: number[] = [];
  readonly columns: Column[] = [];
  readonly #free: number[] = [];
  slots = 0;

  slot(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    this.slots += 1;
    return this.slots;
  }

  release(slot: number): void {
    if (slot > 0) this.#free.push(slot);
  }

  emit(op: keyof typeof OP, ...operands: readonly number[]): void {
    this.words.push(OP[op], operands.length + 2, ...operands);
  }

  column(...list: readonly Column[]): number {
    this.columns.push(...list);
    return this.columns.length - list.length;
  }
}

/** What the encoder knows of a programme's values before it writes anything. */
interface Analysis {
  /** The value that each value is just another name of. */
  readonly alias: readonly ValueId[];
  /** Values that a dual reads: they are kept as signed gaps. */
  readonly signed: ReadonlySet<ValueId>;
  /** Last step that reads each value (by alias). */
  readonly last: readonly number[];
}

function operandsOf(step: Step): readonly ValueId[] {
  switch (step.op) {
    case 'sum':
      return step.terms.map((t) => t.value);
    case 'dual':
    case 'dualDerivative':
      return [step.of];
    case 'product':
      return [step.left, step.right];
    case 'normalise':
      return [step.of];
    default:
      return [];
  }
}

/** The value that a step only renames: scaling and normalising change the own values of a correlation, not the correlation. */
function nameOf(step: Step, alias: readonly ValueId[]): ValueId | null {
  if (step.op === 'normalise') return alias[step.of];
  return step.op === 'sum' && step.terms.length === 1 && step.constant === 0 ? alias[step.terms[0].value] : null;
}

function analyse(programme: Programme): Analysis {
  const alias: ValueId[] = [];
  const signed = new Set<ValueId>();
  const last: number[] = [];
  programme.steps.forEach((step, index) => {
    alias.push(nameOf(step, alias) ?? index);
    last.push(-1);
    for (const v of operandsOf(step)) last[alias[v]] = index;
    if (step.op === 'dual' || step.op === 'dualDerivative') signed.add(alias[step.of]);
  });
  for (const output of [programme.nngp, programme.ntk])
    if (output !== null) last[alias[output]] = programme.steps.length;
  return { alias, signed, last };
}

const sameMap = (a: ScalarMap, b: ScalarMap): boolean =>
  a.map === b.map &&
  (a.map !== 'piecewiseLinear' || b.map !== 'piecewiseLinear' || (a.even === b.even && a.odd === b.odd));

/** The derivative step that belongs to the value step at `index` (same input, same map), or the other way round. */
function partner(programme: Programme, analysis: Analysis, index: number): number {
  const step = programme.steps[index];
  if (step.op !== 'dual' && step.op !== 'dualDerivative') return -1;
  const wanted = step.op === 'dual' ? 'dualDerivative' : 'dual';
  for (let k = index + 1; k < Math.min(programme.steps.length, index + 4); k++) {
    const other = programme.steps[k];
    if (other.op !== 'dual' && other.op !== 'dualDerivative') continue;
    if (other.op === wanted && analysis.alias[other.of] === analysis.alias[step.of] && sameMap(other.phi, step.phi))
      return k;
  }
  return -1;
}

/** Writes the instructions of one programme. */
class BodyEncoder {
  readonly out = new Encoder();
  readonly #task: KernelTask;
  readonly #programme: Programme;
  readonly #analysis: Analysis;
  /** Slot of each value; 0 is the source. */
  readonly #slot: number[] = [];
  readonly #done = new Set<number>();
  /** Values that are never negative, and values stored without a sign. */
  readonly #positive = new Set<ValueId>();
  readonly #bare = new Set<ValueId>();

  constructor(task: KernelTask) {
    this.#task = task;
    this.#programme = task.programme;
    this.#analysis = analyse(task.programme);
  }

  run(): void {
    this.#programme.steps.forEach((step, index) => {
      if (!this.#done.has(index)) this.#step(step, index);
      this.#retire(step, index);
    });
  }

  slotOf(value: ValueId): number {
    return this.#slot[this.#analysis.alias[value]];
  }

  #retire(step: Step, index: number): void {
    for (const v of new Set(operandsOf(step).map((o) => this.#analysis.alias[o]))) {
      if (this.#analysis.last[v] === index) this.out.release(this.#slot[v]);
    }
  }

  #define(index: number): number {
    const slot = this.out.slot();
    this.#slot[index] = slot;
    this.#done.add(index);
    return slot;
  }

  /**
   * How a value made of `parts` is stored: 1 when it needs its sign (a dual reads it, and it may be negative), plus 2 when every
   * part is bare (stored without a sign).
   */
  #mode(index: number, parts: readonly ValueId[]): number {
    const names = parts.map((v) => this.#analysis.alias[v]);
    const positive = names.every((v) => this.#positive.has(v));
    const signed = this.#analysis.signed.has(index) && !positive;
    if (positive) this.#positive.add(index);
    if (!signed) this.#bare.add(index);
    return (signed ? 1 : 0) + (names.every((v) => this.#bare.has(v)) ? 2 : 0);
  }

  /** Marks a value as never negative: it is stored without a sign. */
  #neverNegative(index: number): void {
    this.#positive.add(index);
    this.#bare.add(index);
  }

  /** Columns of a smooth map: in f32 each is split into two, since gaps of near pairs rest on differences of deviations. */
  #smoothColumns(step: number, count: number): number {
    const split = this.#task.precision === 'f32';
    const places = Array.from({ length: count }, (_, place): Column[] =>
      split
        ? [
            { step, place },
            { step, place, rest: true },
          ]
        : [{ step, place }],
    );
    return this.out.column(...places.flat());
  }

  #step(step: Step, index: number): void {
    if (this.#analysis.alias[index] !== index) return;
    switch (step.op) {
      case 'inner':
        this.#slot[index] = 0;
        return;
      case 'normalise':
        throw new InternalError('a normalised value is another name of its operand');
      case 'sum':
        this.#sum(step, index);
        return;
      case 'product':
        this.out.emit(
          'product',
          this.slotOf(step.left),
          this.slotOf(step.right),
          this.#define(index),
          this.#mode(index, [step.left, step.right]),
        );
        return;
      case 'radial':
        this.#constants(step.rate, step.power);
        this.out.emit(
          'radial',
          this.#define(index),
          this.out.column({ step: index, place: 0 }),
          this.out.constants.length - 2,
        );
        this.out.constantWords.push(this.out.words.length - 1);
        return;
      case 'dual':
      case 'dualDerivative':
        this.#map(step, index);
        return;
    }
  }

  #constants(...values: readonly number[]): void {
    this.out.constants.push(...values);
  }

  #sum(step: Extract<Step, { op: 'sum' }>, index: number): void {
    const slots = step.terms.map((t) => this.slotOf(t.value));
    if (step.constant > 0) slots.push(-1);
    const order = this.#largestFirst(index, slots.length);
    const constant = order.indexOf(step.constant > 0 ? slots.length - 1 : -1);
    const column = this.out.column(...order.map((place) => ({ step: index, place })));
    const parts = order.map((place) => slots[place]);
    const mode = this.#mode(
      index,
      step.terms.map((t) => t.value),
    );
    this.out.emit('sum', this.#define(index), mode, parts.length, constant, column, ...parts);
  }

  /** Places of a sum's parts with the one of the largest share first, which must have a value: a constant has none. */
  #largestFirst(step: number, count: number): number[] {
    const places = Array.from({ length: count }, (_, place) => place);
    const { columns } = this.#task.x.factors;
    const weight = places.map((place) => columns[step][place].reduce((sum, share) => sum + share * share, 0));
    const terms = places.slice(0, this.#termCount(step));
    const base = terms.reduce((best, place) => (weight[place] > weight[best] ? place : best), 0);
    return [base, ...places.filter((place) => place !== base)];
  }

  #termCount(step: number): number {
    const s = this.#programme.steps[step];
    return s.op === 'sum' ? s.terms.length : 0;
  }

  #map(step: Extract<Step, { op: 'dual' | 'dualDerivative' }>, index: number): void {
    const { phi } = step;
    if (phi.map === 'piecewiseLinear') {
      this.#piecewise(phi, step, index);
      return;
    }
    const source = this.slotOf(step.of);
    if (phi.map === 'threshold') {
      if (step.op === 'dualDerivative') throw new InternalError('the threshold has no derivative kernel');
      this.out.emit('threshold', source, this.#define(index));
      this.#neverNegative(index);
      return;
    }
    const code = SMOOTH_CODE[phi.map];
    if (step.op === 'dual') this.out.emit('smooth', source, this.#define(index), code, this.#smoothColumns(index, 4));
    else {
      const slot = this.#define(index);
      this.out.emit('smoothSlope', source, slot, code, this.#smoothColumns(index, 3));
      this.#slopeStored(index, slot);
    }
  }

  /** Value and derivative share the root and the angle: one instruction for both. */
  #piecewise(
    phi: Extract<ScalarMap, { map: 'piecewiseLinear' }>,
    step: Extract<Step, { op: 'dual' | 'dualDerivative' }>,
    index: number,
  ): void {
    const source = this.slotOf(step.of);
    const other = partner(this.#programme, this.#analysis, index);
    const mine = this.#define(index);
    const theirs = other >= 0 ? this.#define(other) : this.out.slot();
    const [value, slope] = step.op === 'dual' ? [mine, theirs] : [theirs, mine];
    const [e, o] = [phi.even * phi.even, phi.odd * phi.odd];
    const weight = (2 * e) / (e + o);
    this.#constants(weight);
    this.out.emit(
      'piecewiseLinear',
      source,
      value,
      slope,
      this.out.constants.length - 1,
      this.#bareInput(step.of) ? 1 : 0,
    );
    this.out.constantWords.push(this.out.words.length - 2);
    if (other < 0) this.out.release(theirs);
    const [valueId, slopeId] = step.op === 'dual' ? [index, other] : [other, index];
    if (weight >= 1 && valueId >= 0) this.#neverNegative(valueId);
    if (slopeId >= 0) this.#slopeStored(slopeId, slope);
  }

  #bareInput(value: ValueId): boolean {
    return this.#positive.has(this.#analysis.alias[value]);
  }

  /** A derivative is stored as a gap; in the rare case that a dual reads it, its sign is added. */
  #slopeStored(index: number, slot: number): void {
    if (this.#analysis.signed.has(index)) this.out.emit('sign', slot, slot);
    else this.#bare.add(index);
  }
}

/** The value that an output rests on; null when the kernel is 0. */
function outputValue(task: KernelTask, output: Output): ValueId | null {
  return output === 'nngp' ? task.programme.nngp : task.programme.ntk;
}

/** Translates a task into instructions: the table if there is one, else the whole body. */
export function encode(task: KernelTask): Code {
  const body = new BodyEncoder(task);
  const { out } = body;
  if (task.table === null) body.run();
  // Output 0 overwrites the tile in place, so it comes last: a second output may still read the source.
  task.outputs
    .map((output, which) => ({ output, which }))
    .reverse()
    .forEach(({ output, which }) => {
      const value = outputValue(task, output);
      let slot = value === null || task.table !== null ? 0 : body.slotOf(value);
      if (task.table !== null && value !== null) {
        slot = out.slot();
        out.emit('table', slot, which, task.table.intervals);
        out.tableWords.push(out.words.length - 2);
      }
      out.emit('output', slot, which, out.column({ scale: output }));
    });
  const words = Int32Array.from(out.words);
  const { constantWords, tableWords, slots, columns } = out;
  return { words, constantWords, tableWords, constants: Float64Array.from(out.constants), slots, columns };
}

/** Factor columns of a row set in the order of the code, `[columns, n]` in shared memory. */
export function factorColumns(code: Code, rows: RowSet, task: KernelTask): FloatArray {
  const n = rows.rows;
  const result = allocate(Math.max(1, code.columns.length * n), task.precision);
  code.columns.forEach((column, c) => {
    const target = result.subarray(c * n, (c + 1) * n);
    if ('scale' in column) {
      const scales = rows.scales[column.scale];
      if (scales !== null) target.set(scales);
      return;
    }
    const source = rows.factors.columns[column.step][column.place];
    const values = column.rest ? source.map((v) => v - Math.fround(v)) : source;
    if (values.length === 1) target.fill(values[0]);
    else target.set(values);
  });
  return result;
}
