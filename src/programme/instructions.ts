import type { Programme, ScalarMap, Step, ValueId } from '../vocabulary/steps.js';
import { type SmoothMap, sameMap } from './maps/index.js';
import { angleWeight } from './maps/piecewise-linear.js';
import type { RowFactors } from './self-kernels.js';
import { positionsJoined } from './steps/joining.js';
import type { MapStep } from './steps/rules.js';
import { verified } from './verify.js';

/** A factor column: its step, and its place among the columns of that step (`own.ts`). */
export interface FactorColumn {
  readonly step: number;
  readonly place: number;
}

/** A part of a weighted sum: a value (null: the constant, of cosine distance 0) and the column of its mixing weights. */
export interface Part {
  readonly value: ValueId | null;
  readonly column: FactorColumn;
}

/**
 * What a device does for a pair, in order. Values are correlations u, held as cosine distances 1 - u (and 1 + u where `Instructions.form` says so).
 *
 * `sum`: d_0 + sum_(k>0) w_k (d_k - d_0) + h (1 - d_0), w_k = a_k b_k, h = 1/2 sum (a_k - b_k)^2 for mixing weights a, b; part 0 has a
 * value and is the largest such. Where it does not dominate in every pair (w_0 >= 1/4), the sum must start from 0 in the pairs in which
 * it does not, sum w_k d_k + h: from d_0 it would cancel.
 * `piecewiseLinear`: value and derivative (either may be unwanted) of the map with `weight` 2 even^2 / (even^2 + odd^2).
 * `heaviside`: cosine distance theta / pi. `smooth`, `smoothSlope`: a smooth map and its derivative, with the columns of step `step`.
 * `product`: 1 - u v. `radial`: 1 - exp(-rate |x - z|^power) with the norms as the column of step `step`.
 */
export type Instruction =
  | { readonly op: 'sum'; readonly out: ValueId; readonly parts: readonly Part[]; readonly dominates: boolean }
  | {
      readonly op: 'piecewiseLinear';
      readonly of: ValueId;
      readonly weight: number;
      readonly value: ValueId | null;
      readonly slope: ValueId | null;
    }
  | { readonly op: 'heaviside'; readonly of: ValueId; readonly out: ValueId }
  | {
      readonly op: 'smooth' | 'smoothSlope';
      readonly of: ValueId;
      readonly out: ValueId;
      readonly map: SmoothMap;
      readonly step: number;
    }
  | { readonly op: 'product'; readonly left: ValueId; readonly right: ValueId; readonly out: ValueId }
  | {
      readonly op: 'radial';
      readonly out: ValueId;
      readonly rate: number;
      readonly power: number;
      readonly step: number;
    };

/** `distance`: 1 - u alone; such a value is never negative, or nothing reads its other side. `both`: 1 - u and 1 + u, the smaller exact. */
export type Form = 'distance' | 'both';

/** A programme as a device runs it: names resolved, a map and its derivative in one, sums with their largest part first. */
export interface Instructions {
  readonly instructions: readonly Instruction[];
  /** The value of x . z / (|x| |z|), which no instruction defines; null when nothing reads it. */
  readonly source: ValueId | null;
  /** The values of the outputs; null where the kernel is 0 or not wanted. */
  readonly nngp: ValueId | null;
  readonly ntk: ValueId | null;
  readonly form: readonly Form[];
  /** The instruction that reads each value last; the number of instructions for outputs. */
  readonly last: readonly number[];
}

/** Values that an instruction reads. */
export function inputs(instruction: Instruction): readonly ValueId[] {
  switch (instruction.op) {
    case 'sum':
      return instruction.parts.map((p) => p.value).filter((v) => v !== null);
    case 'product':
      return [instruction.left, instruction.right];
    case 'radial':
      return [];
    default:
      return [instruction.of];
  }
}

/** Values that an instruction defines. */
export function results(instruction: Instruction): readonly ValueId[] {
  if (instruction.op !== 'piecewiseLinear') return [instruction.out];
  return [instruction.value, instruction.slope].filter((v) => v !== null);
}

/** The value that a step only renames: scaling and normalising change the self-kernels of a correlation, not the correlation. */
function nameOf(step: Step, alias: readonly ValueId[]): ValueId | null {
  if (step.op === 'normalise') return alias[step.of];
  return step.op === 'sum' && step.terms.length === 1 && step.constant === 0 ? alias[step.terms[0].value] : null;
}

class InstructionBuilder {
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
      this.alias.push(nameOf(step, this.alias) ?? index);
      if (step.op === 'dual' || step.op === 'dualDerivative') this.#mapped.add(this.alias[step.of]);
    });
    for (let index = programme.steps.length - 1; index >= 0; index--) {
      const step = programme.steps[index];
      if (step.op !== 'sum' || !this.#mapped.has(index)) continue;
      for (const { value } of step.terms) this.#mapped.add(this.alias[value]);
    }
  }

  run(): void {
    this.#steps.forEach((step, index) => {
      if (!this.#done.has(index) && this.alias[index] === index) this.#step(step, index);
    });
  }

  #step(step: Step, index: number): void {
    switch (step.op) {
      case 'inner':
        this.source = index;
        return;
      case 'sum':
        this.#sum(step, index);
        return;
      case 'product': {
        const [left, right] = [this.alias[step.left], this.alias[step.right]];
        this.instructions.push({ op: 'product', left, right, out: index });
        this.#combined(index, [left, right]);
        return;
      }
      case 'radial':
        this.instructions.push({ op: 'radial', out: index, rate: step.rate, power: step.power, step: index });
        this.#neverNegative(index);
        return;
      case 'dual':
      case 'dualDerivative':
        this.#map(step, index);
        return;
      case 'normalise':
        return;
      default:
        throw positionsJoined(step);
    }
  }

  #neverNegative(value: ValueId): void {
    this.#positive.add(value);
    this.form[value] = 'distance';
  }

  /** A value made of others is never negative if they are not, and needs both sides only if a map reads it. */
  #combined(index: number, parts: readonly ValueId[]): void {
    if (parts.every((v) => this.#positive.has(v))) this.#positive.add(index);
    if (this.#positive.has(index) || !this.#mapped.has(index)) this.form[index] = 'distance';
  }

  #sum(step: Extract<Step, { op: 'sum' }>, index: number): void {
    const values: (ValueId | null)[] = step.terms.map((t) => this.alias[t.value]);
    const named = values.filter((v) => v !== null);
    if (step.constant > 0) values.push(null);
    const parts = values.map((value, place): Part => ({ value, column: { step: index, place } }));
    const mixingWeights = (place: number): readonly Float64Array[] =>
      this.#selfKernels.map((rows) => rows.columns[index][place]);
    const weight = parts.map((_, place) =>
      mixingWeights(place)[0].reduce((sum, mixingWeight) => sum + mixingWeight * mixingWeight, 0),
    );
    const base = named.reduce((best, _, place) => (weight[place] > weight[best] ? place : best), 0);
    // Shares a, b of at least 1/2 have a product of at least 1/4, whatever the pair.
    const dominates = mixingWeights(base).every((list) => list.every((mixingWeight) => mixingWeight >= 0.5));
    const others = parts.filter((_, k) => k !== base);
    this.instructions.push({ op: 'sum', out: index, parts: [parts[base], ...others], dominates });
    this.#combined(index, named);
  }

  #map(step: MapStep, index: number): void {
    const of = this.alias[step.of];
    const { phi } = step;
    const slope = step.op === 'dualDerivative';
    if (phi.map === 'heaviside') {
      this.instructions.push({ op: 'heaviside', of, out: index });
      this.#neverNegative(index);
    } else if (phi.map === 'piecewiseLinear') {
      this.#piecewise(phi, step, index);
    } else {
      this.instructions.push({ op: slope ? 'smoothSlope' : 'smooth', of, out: index, map: phi.map, step: index });
      if (slope && !this.#mapped.has(index)) this.form[index] = 'distance';
    }
  }

  /** Value and derivative share the root and the angle: one instruction for both. */
  #piecewise(phi: Extract<ScalarMap, { map: 'piecewiseLinear' }>, step: MapStep, index: number): void {
    const of = this.alias[step.of];
    const other = this.#partner(step, index);
    const [value, slope] = step.op === 'dual' ? [index, other] : [other, index];
    const weight = angleWeight(phi);
    this.instructions.push({ op: 'piecewiseLinear', of, weight, value, slope });
    if (value !== null && (weight >= 1 || this.#positive.has(of))) this.#neverNegative(value);
    if (slope !== null && !this.#mapped.has(slope)) this.form[slope] = 'distance';
    if (other !== null) this.#done.add(other);
  }

  /** The derivative step that belongs to the value step at `index` (same input, same map), or the other way round. */
  #partner(step: MapStep, index: number): number | null {
    const wanted = step.op === 'dual' ? 'dualDerivative' : 'dual';
    const found = this.#steps.slice(index + 1, index + 4).findIndex((other) => {
      if (other.op !== wanted) return false;
      return this.alias[other.of] === this.alias[step.of] && sameMap(other.phi, step.phi);
    });
    return found < 0 ? null : index + 1 + found;
  }
}

/** Turns a programme into instructions; `selfKernels` are the factors of the row sets, of which the largest part of each sum is found. */
export function instructionsOf(programme: Programme, selfKernels: readonly RowFactors[]): Instructions {
  const builder = new InstructionBuilder(verified(programme, 'what is turned into instructions'), selfKernels);
  builder.run();
  const { instructions, form, alias, source } = builder;
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
