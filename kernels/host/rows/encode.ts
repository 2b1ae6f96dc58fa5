import type { Column } from '../../../src/backend/rows/columns.js';
import type { RowTask } from '../../../src/backend/tasks.js';
import type { Precision } from '../../../src/data/array.js';
import { type Instruction, type Instructions, inputs } from '../../../src/programme/instructions.js';
import type { SmoothMap } from '../../../src/programme/maps/index.js';
import { instructionsOf } from '../../../src/programme/translate.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { CodeWords } from './code-words.js';

/** Codes of the smooth maps in assembly/smooth.ts. */
export const SMOOTH_CODE = {
  erf: 0,
  gelu: 1,
  elu: 2,
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

/** Writes the instructions of one body. */
class InstructionEncoder {
  readonly out = new CodeWords();
  readonly #split: boolean;
  readonly #body: Instructions;
  /** Slot of each value; 0 is the source. */
  readonly #slot: number[] = [];

  constructor(body: Instructions, precision: Precision) {
    this.#body = body;
    this.#split = precision === 'f32';
    if (body.source !== null) this.#slot[body.source] = 0;
  }

  run(): void {
    this.#body.instructions.forEach((instruction, index) => {
      this.#write(instruction);
      for (const v of new Set(inputs(instruction))) {
        if (this.#body.last[v] === index) this.out.release(this.#slot[v]);
      }
    });
  }

  slotOf(value: ValueId): number {
    return this.#slot[value];
  }

  #define(value: ValueId): number {
    const slot = this.out.slot();
    this.#slot[value] = slot;
    return slot;
  }

  /** 1 when the result needs its sign, plus 2 when every part is stored without one. */
  #mode(out: ValueId, parts: readonly ValueId[]): number {
    const { form } = this.#body;
    return (form[out] === 'both' ? 1 : 0) + (parts.every((v) => form[v] === 'distance') ? 2 : 0);
  }

  /**
   * Columns of self-kernels: in f32 each is split into two, since cosine distances of near-duplicate pairs rest on
   * their differences.
   */
  #columns(step: number, count: number): number {
    const places = Array.from({ length: count }, (_, place): Column[] =>
      this.#split
        ? [
            { step, place },
            { step, place, rest: true },
          ]
        : [{ step, place }],
    );
    return this.out.column(...places.flat());
  }

  #write(i: Instruction): void {
    switch (i.op) {
      case 'sum':
        this.#sum(i);
        return;
      case 'product': {
        const mode = this.#mode(i.out, [i.left, i.right]);
        this.out.emit('product', this.slotOf(i.left), this.slotOf(i.right), this.#define(i.out), mode);
        return;
      }
      case 'radial':
        this.out.constants.push(i.rate, i.power);
        this.out.emit('radial', this.#define(i.out), this.#columns(i.step, 1), this.out.constants.length - 2);
        this.out.constantWords.push(this.out.words.length - 1);
        return;
      case 'heaviside':
        this.out.emit('heaviside', this.slotOf(i.of), this.#define(i.out));
        return;
      case 'piecewiseLinear':
        this.#piecewise(i);
        return;
      case 'smooth':
        this.out.emit('smooth', this.slotOf(i.of), this.#define(i.out), SMOOTH_CODE[i.map], this.#columns(i.step, 4));
        return;
      case 'smoothSlope': {
        const slot = this.#define(i.out);
        this.out.emit('smoothSlope', this.slotOf(i.of), slot, SMOOTH_CODE[i.map], this.#columns(i.step, 3));
        this.#sign(i.out, slot);
        return;
      }
    }
  }

  #sum({ out, parts, dominates }: Extract<Instruction, { op: 'sum' }>): void {
    const column = this.out.column(...parts.map((p) => p.column));
    const slots = parts.map((p) => (p.value === null ? -1 : this.slotOf(p.value)));
    const named = parts.map((p) => p.value).filter((v) => v !== null);
    const mode = this.#mode(out, named) + (dominates ? 0 : 4);
    this.out.emit('sum', this.#define(out), mode, parts.length, slots.indexOf(-1), column, ...slots);
  }

  #piecewise({ of, weight, value, slope }: Extract<Instruction, { op: 'piecewiseLinear' }>): void {
    const source = this.slotOf(of);
    const first = value === null ? this.out.slot() : this.#define(value);
    const second = slope === null ? this.out.slot() : this.#define(slope);
    this.out.constants.push(weight);
    const constant = this.out.constants.length - 1;
    this.out.emit('piecewiseLinear', source, first, second, constant, this.#body.form[of] === 'distance' ? 1 : 0);
    this.out.constantWords.push(this.out.words.length - 2);
    if (value === null) this.out.release(first);
    if (slope === null) this.out.release(second);
    else this.#sign(slope, second);
  }

  /** A derivative is stored as a cosine distance; in the rare case that a map reads it, its sign is added. */
  #sign(value: ValueId, slot: number): void {
    if (this.#body.form[value] === 'both') this.out.emit('sign', slot, slot);
  }
}

/** Translates a task into instructions: the table if there is one, else the whole body. */
export function encode(task: RowTask): Code {
  const body = instructionsOf(task.programme, [task.x.factors, task.z.factors]);
  const encoder = new InstructionEncoder(body, task.precision);
  const { out } = encoder;
  if (task.table === null) encoder.run();
  // Output 0 overwrites the tile in place, so it comes last: a second output may still read the source.
  task.outputs
    .map((output, which) => ({ output, which }))
    .reverse()
    .forEach(({ output, which }) => {
      const value = body[output];
      let slot = value === null || task.table !== null ? 0 : encoder.slotOf(value);
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
