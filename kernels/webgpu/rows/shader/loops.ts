import type { SingleTask } from '../../../../src/backend/device-task.js';
import { type Instruction, inputs, results } from '../../../../src/programme/instructions.js';
import type { ValueId } from '../../../../src/vocabulary/steps.js';

/**
 * Instructions `start .. start + period`, and `count - 1` copies of them that follow, differing only in the values they
 * read.
 */
export interface Loop {
  readonly start: number;
  readonly period: number;
  readonly count: number;
  /** Distance between the values of one round and the next, and between their factor columns. */
  readonly shift: number;
  readonly columns: number;
  /**
   * Values from before that each round replaces: the value read in the first round, and the one that takes its place.
   */
  readonly carried: ReadonlyMap<ValueId, ValueId>;
  /** Values of the first round whose last image is read after the loop. */
  readonly exported: readonly ValueId[];
}

/** A piece of a body: one instruction by its index, or a loop. */
export type Piece = number | Loop;

/** Rounds below which a loop is not worth its reading. */
const FEWEST = 8;
const LONGEST = 24;

/** What two instructions must share to be images of each other, values and columns aside. */
function shape(i: Instruction): string {
  switch (i.op) {
    case 'sum':
      return `sum ${i.dominates} ${i.parts.map((p) => (p.value === null ? 'c' : 'v')).join('')}`;
    case 'piecewiseLinear':
      return `piecewiseLinear ${i.weight} ${i.value === null} ${i.slope === null}`;
    case 'smooth':
    case 'smoothSlope':
      return `${i.op} ${i.map}`;
    case 'radial':
      return `radial ${i.rate} ${i.power} ${i.step}`;
    default:
      return i.op;
  }
}

/** Looks for loops in a body; `after` and `end` are what the loop search needs to know of the whole. */
class LoopFinder {
  readonly #task: SingleTask;
  readonly #list: readonly Instruction[];
  readonly #shapes: readonly string[];
  /** Instructions that read each value. */
  readonly #readers = new Map<ValueId, number[]>();

  constructor(task: SingleTask) {
    this.#task = task;
    this.#list = task.body.instructions;
    this.#shapes = this.#list.map(
      (i, k) => `${shape(i)} ${task.features[k]} ${results(i).map((v) => task.body.form[v])}`,
    );
    const read = (v: ValueId, by: number): void => {
      this.#readers.set(v, [...(this.#readers.get(v) ?? []), by]);
    };
    this.#list.forEach((i, k) => {
      for (const v of inputs(i)) read(v, k);
    });
    for (const v of [task.body.nngp, task.body.ntk]) if (v !== null) read(v, this.#list.length);
  }

  pieces(): Piece[] {
    const pieces: Piece[] = [];
    for (let at = 0; at < this.#list.length; ) {
      const loop = this.#longest(at);
      pieces.push(loop ?? at);
      at += loop === null ? 1 : loop.period * loop.count;
    }
    return pieces;
  }

  #longest(start: number): Loop | null {
    for (let period = 1; period <= LONGEST; period++) {
      if (this.#shapes[start] !== this.#shapes[start + period]) continue;
      const loop = this.#loop(start, period);
      if (loop !== null) return loop;
    }
    return null;
  }

  #loop(start: number, period: number): Loop | null {
    const [one, two] = [this.#list[start], this.#list[start + period]];
    const shift = results(two)[0] - results(one)[0];
    const columns = this.#task.first[start + period] - this.#task.first[start];
    let count = 1;
    while (this.#isRound(start, period, count, shift)) count += 1;
    if (count < FEWEST) return null;
    const selfKernels = new Set(this.#list.slice(start, start + period).flatMap(results));
    const carried = this.#carried(start, period, shift, selfKernels);
    if (carried === null) return null;
    const exported = this.#exported(start, period, count, shift, selfKernels);
    if (exported === null) return null;
    return { start, period, count, shift, columns: this.#stride(start, period) ?? columns, carried, exported };
  }

  /** Distance of the columns from one round to the next, from an instruction that has any. */
  #stride(start: number, period: number): number | null {
    const at = Array.from({ length: period }, (_, k) => start + k).find((k) => this.#hasColumns(k));
    return at === undefined ? null : this.#task.first[at + period] - this.#task.first[at];
  }

  #hasColumns(k: number): boolean {
    const { op } = this.#list[k];
    return op === 'sum' || op === 'smooth' || op === 'smoothSlope' || op === 'radial';
  }

  /** Whether round `round` is the image of the one before, and that of the first. */
  #isRound(start: number, period: number, round: number, shift: number): boolean {
    const stride = this.#stride(start, period);
    for (let k = start; k < start + period; k++) {
      const at = k + period * round;
      if (this.#shapes[at] !== this.#shapes[k]) return false;
      if (this.#hasColumns(k) && this.#task.first[at] !== this.#task.first[k] + (stride ?? 0) * round) return false;
      const moved = results(this.#list[k]).map((v) => v + shift * round);
      if (results(this.#list[at]).some((v, j) => v !== moved[j])) return false;
      const [first, second, now] = [k, k + period, at].map((j) => inputs(this.#list[j]));
      if (now.some((v, j) => v !== (second[j] === first[j] ? first[j] : first[j] + shift * round))) return false;
    }
    return true;
  }

  /** Values from before the loop that it moves along; null when one comes from more than a round ago. */
  #carried(
    start: number,
    period: number,
    shift: number,
    selfKernels: ReadonlySet<ValueId>,
  ): Map<ValueId, ValueId> | null {
    const { form } = this.#task.body;
    const carried = new Map<ValueId, ValueId>();
    for (let k = start; k < start + period; k++) {
      const [first, second] = [inputs(this.#list[k]), inputs(this.#list[k + period])];
      for (const [j, v] of first.entries()) {
        if (selfKernels.has(v) || second[j] === v) continue;
        // A round that begins with two sides and ends with one is no image: the search goes on behind it.
        if (!selfKernels.has(v + shift) || form[v] !== form[v + shift]) return null;
        carried.set(v, v + shift);
      }
    }
    return carried;
  }

  /** Values read after the loop; null when one of an earlier round than the last is. */
  #exported(
    start: number,
    period: number,
    count: number,
    shift: number,
    selfKernels: ReadonlySet<ValueId>,
  ): ValueId[] | null {
    const end = start + period * count;
    const exported: ValueId[] = [];
    for (const v of selfKernels) {
      for (let round = 0; round < count; round++) {
        const late = (this.#readers.get(v + shift * round) ?? []).some((reader) => reader >= end);
        if (late && round < count - 1) return null;
        if (late) exported.push(v);
      }
    }
    return exported;
  }
}

/** A body as single instructions and loops: deep networks repeat a few instructions many times. */
export function pieces(task: SingleTask): readonly Piece[] {
  return new LoopFinder(task).pieces();
}
