import type { KernelTask, Output } from '../../src/backend/contract.js';
import { InternalError } from '../../src/errors.js';
import type { SmoothMap } from '../../src/programme/duals/index.js';
import { operands } from '../../src/programme/needs.js';
import type { Programme, ScalarMap, Step, ValueId } from '../../src/programme/steps.js';
import { type Analysis, analyse, partner } from './analysis.js';
import type { Column } from './columns.js';
import { Instructions } from './instructions.js';

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

/** Writes the instructions of one programme. */
class BodyEncoder {
  readonly out = new Instructions();
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
    for (const v of new Set(operands(step).map((o) => this.#analysis.alias[o]))) {
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

  /** Columns of own values: in f32 each is split into two, since gaps of near pairs rest on their differences. */
  #splitColumns(step: number, count: number): number {
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
        this.out.emit('radial', this.#define(index), this.#splitColumns(index, 1), this.out.constants.length - 2);
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
    if (step.op === 'dual') this.out.emit('smooth', source, this.#define(index), code, this.#splitColumns(index, 4));
    else {
      const slot = this.#define(index);
      this.out.emit('smoothSlope', source, slot, code, this.#splitColumns(index, 3));
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
