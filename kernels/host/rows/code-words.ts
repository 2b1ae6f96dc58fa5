import type { Column } from '../../../src/backend/rows/columns.js';

/** Operation codes of the interpreter in assembly/instructions.ts. */
const OP = {
  piecewiseLinear: 1,
  heaviside: 2,
  sum: 3,
  product: 4,
  radial: 5,
  smooth: 6,
  smoothSlope: 7,
  output: 8,
  table: 9,
  sign: 10,
} as const;

/** Writes instructions; slots are given out and taken back as values live and die. */
export class CodeWords {
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
