import type { Programme, Step, ValueId } from '../vocabulary/steps.js';
import { type Form, type Instruction, type Instructions, inputs } from './instructions.js';
import { nearbyStep, operands } from './needs.js';
import type { RowFactors } from './self-kernels.js';
import { rulesOf } from './steps/index.js';
import type { RowTranslation } from './steps/rules.js';
import { verified } from './verify.js';

class Translation implements RowTranslation {
  readonly instructions: Instruction[] = [];
  readonly form: Form[];
  readonly alias: ValueId[] = [];
  source: ValueId | null = null;
  readonly #steps: readonly Step[];
  readonly #selfKernels: readonly RowFactors[];
  /** Values that a map reads, alone or in a sum: those need both sides unless they are never negative. */
  readonly #mapped = new Set<ValueId>();
  readonly #positive = new Set<ValueId>();
  readonly #done = new Set<number>();

  constructor(programme: Programme, selfKernels: readonly RowFactors[]) {
    this.#steps = programme.steps;
    this.#selfKernels = selfKernels;
    this.form = programme.steps.map(() => 'both');
    programme.steps.forEach((step, index) => {
      const renamed = rulesOf(step).renames?.(step) ?? null;
      this.alias.push(renamed === null ? index : this.alias[renamed]);
      if (rulesOf(step).readsAngle === true) for (const v of operands(step)) this.#mapped.add(this.alias[v]);
    });
    for (let index = programme.steps.length - 1; index >= 0; index--) {
      const step = programme.steps[index];
      if (rulesOf(step).keepsSides !== true || !this.#mapped.has(index)) continue;
      for (const v of operands(step)) this.#mapped.add(this.alias[v]);
    }
  }

  run(): void {
    this.#steps.forEach((step, index) => {
      if (!this.#done.has(index) && this.alias[index] === index) rulesOf(step).instruct(step, index, this);
    });
  }

  emit(instruction: Instruction): void {
    this.instructions.push(instruction);
  }

  isInput(index: number): void {
    this.source = index;
  }

  isPositive(value: ValueId): boolean {
    return this.#positive.has(value);
  }

  neverNegative(value: ValueId): void {
    this.#positive.add(value);
    this.form[value] = 'distance';
  }

  oneSide(value: ValueId): void {
    if (!this.#mapped.has(value)) this.form[value] = 'distance';
  }

  combined(index: number, parts: readonly ValueId[]): void {
    if (parts.every((v) => this.#positive.has(v))) this.#positive.add(index);
    if (this.#positive.has(index) || !this.#mapped.has(index)) this.form[index] = 'distance';
  }

  columns(index: number, place: number): readonly Float64Array[] {
    return this.#selfKernels.map((rows) => rows.columns[index][place]);
  }

  takePartner(index: number, fits: (step: Step) => boolean): number | null {
    const found = nearbyStep(this.#steps, index, fits);
    if (found !== null) this.#done.add(found);
    return found;
  }
}

/**
 * Turns a programme into instructions; `selfKernels` are the factors of the row sets, of which the largest part of each
 * sum is found.
 */
export function instructionsOf(programme: Programme, selfKernels: readonly RowFactors[]): Instructions {
  const translation = new Translation(verified(programme, 'what is turned into instructions'), selfKernels);
  translation.run();
  const { instructions, form, alias, source } = translation;
  const last = form.map(() => -1);
  instructions.forEach((instruction, index) => {
    for (const v of inputs(instruction)) last[v] = index;
  });
  const output = (v: ValueId | null): ValueId | null => {
    if (v === null) return null;
    last[alias[v]] = instructions.length;
    return alias[v];
  };
  return { instructions, source, nngp: output(programme.nngp), ntk: output(programme.ntk), form, last };
}
