import type { Column } from '../../../src/backend/rows/columns.js';
import type { RowTask } from '../../../src/backend/tasks.js';
import type { Precision } from '../../../src/data/array.js';
import { type Instruction, type Instructions, results } from '../../../src/programme/instructions.js';
import { instructionsOf } from '../../../src/programme/translate.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { keptBy, lastPasses, passesOf } from './cut.js';
import { type Printing, print, SOURCE } from './instructions.js';
import { type Pass, PassText } from './pass-text.js';

/** A body as C and the numbers that it is run with. */
export interface RowCode {
  /** Bodies of the functions of passes, each once. */
  readonly texts: readonly string[];
  /** For each pass in order: the number of its text, the words from it to the next, and its numbers. */
  readonly words: Int32Array;
  readonly constants: Float64Array;
  /** Value slots beside the source. */
  readonly slots: number;
  /** Factor columns, in order. */
  readonly columns: readonly Column[];
}

/** Prints the passes of one body; slots are given out and taken back as values live and die. */
class BodyPrinter {
  readonly texts: string[] = [];
  readonly words: number[] = [];
  readonly constants: number[] = [];
  readonly columns: Column[] = [];
  slots = 0;
  readonly #free: number[] = [];
  readonly #slot = new Map<ValueId, number>([[SOURCE, 0]]);
  readonly #body: Instructions;
  readonly #task: RowTask;

  constructor(body: Instructions, task: RowTask) {
    this.#body = body;
    this.#task = task;
    if (body.source !== null) this.#slot.set(body.source, 0);
  }

  run(): void {
    const { table } = this.#task;
    if (table !== null) {
      this.#add(this.#lookups(table.intervals));
      return;
    }
    const passes = passesOf(this.#body);
    const last = lastPasses(this.#body, passes);
    const kept = keptBy(passes, last);
    if (passes.length === 0) this.#add(this.#pass([], [], true));
    passes.forEach((pass, k) => {
      this.#add(this.#pass(pass, kept[k], k === passes.length - 1, () => this.#release(passes, last, k)));
    });
  }

  #start(): PassText {
    const { form } = this.#body;
    return new PassText(
      this.#task.precision,
      (value) => this.#slot.get(value) ?? 0,
      (value) => value !== SOURCE && form[value] === 'distance',
    );
  }

  #printing(pass: PassText): Printing {
    return {
      pass,
      column: (...columns) => this.columns.push(...columns) - columns.length,
      constant: (...values) => this.constants.push(...values) - values.length,
      isSigned: (value) => this.#body.form[value] === 'both',
    };
  }

  /** Slots of values that the pass reads last are free for what it leaves: it stores when all is read. */
  #pass(instructions: readonly Instruction[], kept: readonly ValueId[], isLast: boolean, release = () => {}): Pass {
    const pass = this.#start();
    const printing = this.#printing(pass);
    for (const instruction of instructions) print(printing, instruction);
    if (isLast) this.#outputs(printing);
    release();
    for (const value of kept) {
      const slot = this.#free.pop() ?? this.#newSlot();
      this.#slot.set(value, slot);
      pass.store(value, slot);
    }
    return pass.finish();
  }

  #newSlot(): number {
    this.slots += 1;
    return this.slots;
  }

  #release(passes: readonly (readonly Instruction[])[], last: readonly number[], k: number): void {
    const defined = new Set(passes[k].flatMap(results));
    for (const [value, slot] of this.#slot)
      if (slot > 0 && last[value] === k && !defined.has(value)) {
        this.#free.push(slot);
        this.#slot.delete(value);
      }
  }

  /** K = scale(x) scale(z) u; adding 0 turns -0 into 0. */
  #output(pass: PassText, which: number, u: string | null): void {
    const { row, columns } = pass.column(this.columns.push({ scale: this.#task.outputs[which] }) - 1);
    const to = pass.fresh('to');
    pass.head(`T *${to} = s->outputs[${which}];`);
    pass.line(`// ${this.#task.outputs[which]}`);
    if (u === null) pass.line(`store(${to} + j, splat(0));`);
    else pass.line(`store(${to} + j, ${row} * load(${columns} + j) * ${u} + splat(0));`);
  }

  /** Output 0 overwrites the source, so all is read before. */
  #outputs({ pass }: Printing): void {
    const values = this.#task.outputs.map((output) => this.#body[output]);
    const low = values.map((value) => (value === null ? null : pass.vector(`splat(1) - ${pass.low(value)}`, 'u')));
    low.forEach((u, which) => {
      this.#output(pass, which, u);
    });
  }

  #lookups(intervals: number): Pass {
    const pass = this.#start();
    const source = pass.of(SOURCE);
    const values = this.#task.outputs.map((output, which) => {
      if (this.#body[output] === null) return null;
      const of = pass.vector(`lookup(${source}, s->tables[${which}], ${pass.number(intervals)})`);
      return pass.vector(`splat(1) - ${of}`, 'u');
    });
    values.forEach((u, which) => {
      this.#output(pass, which, u);
    });
    return pass.finish();
  }

  #add({ text, numbers }: Pass): void {
    const known = this.texts.indexOf(text);
    const index = known >= 0 ? known : this.texts.push(text) - 1;
    this.words.push(index, numbers.length + 2, ...numbers);
  }
}

/** A task as C: its body, or the lookup in its tables. */
export function encode(task: RowTask): RowCode {
  const printer = new BodyPrinter(instructionsOf(task.programme, [task.x.factors, task.z.factors]), task);
  printer.run();
  const { texts, words, constants, columns, slots } = printer;
  return { texts, words: Int32Array.from(words), constants: Float64Array.from(constants), columns, slots };
}

/** Bytes of a number. */
export function bytesOf(precision: Precision): number {
  return precision === 'f64' ? 8 : 4;
}
