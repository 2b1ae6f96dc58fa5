import type { Precision } from '../../../src/data/array.js';
import { InternalError } from '../../../src/errors.js';
import type { ImageColumn } from '../../../src/programme/images/columns.js';
import { gridAt } from '../../../src/programme/images/grids.js';
import type { ImageValue } from '../../../src/programme/images/instructions.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import type { ImageLayout } from './layout.js';

/** Operation codes of the interpreter in assembly/positions.ts. */
const OP = {
  source: 1,
  piecewiseLinear: 2,
  heaviside: 3,
  weigh: 4,
  window: 5,
  evenWindow: 6,
  sum: 7,
  evenSum: 8,
  covariance: 9,
  plainWindow: 10,
  plainSum: 11,
  plainNormalise: 12,
  distanceOf: 13,
  pool: 14,
  store: 15,
  load: 16,
  smooth: 17,
  smoothSlope: 18,
  output: 19,
  layer: 20,
  windows: 21,
  evenWindows: 22,
} as const;

/**
 * Where a column of factors lies in the block of an image of x, in bytes; the block of a group of z has as many lanes
 * of it.
 */
export interface PlacedColumn {
  readonly column: ImageColumn;
  readonly at: number;
}

/** What encoding needs to know beside the plan. */
export interface EncodeInput {
  readonly plan: ImagePlan;
  readonly precision: Precision;
  readonly layout: ImageLayout;
  readonly channels: number;
  /** Deviations of even values over 2^exponent: one number for all positions; null for the others. */
  readonly deviations: readonly (number | null)[];
  readonly exponents: readonly number[];
  readonly outputs: readonly ('nngp' | 'ntk')[];
  /** Whether outputs stay over 4^exponent, to be divided by roots that are too. */
  readonly normalized: boolean;
}

/** Key of a value among those of a stage. */
export const valueKey = ({ form, value }: ImageValue): string => `${form}:${value}`;

/** Writes words, constants and columns, and gives out slots for values as they live and die. */
export class Writer {
  readonly words: number[] = [];
  readonly constants: number[] = [];
  readonly columns: PlacedColumn[] = [];
  readonly in: EncodeInput;
  slots = 0;
  blockBytes: number;
  /** The stage that is being written. */
  stage = 0;
  readonly #slot = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #known = new Map<string, number>();
  readonly #element: number;

  constructor(input: EncodeInput) {
    this.in = input;
    this.#element = input.precision === 'f64' ? 8 : 4;
    const pixels = positionCount(input.plan.programme.positions ?? []) * input.channels;
    this.blockBytes = Math.ceil((pixels * this.#element) / 16) * 16;
  }

  /** Starts a stage: no value is there yet. */
  begin(stage: number): void {
    this.stage = stage;
    this.#slot.clear();
    this.#free.length = 0;
    for (let s = this.slots - 1; s >= 0; s--) this.#free.push(s);
  }

  emit(op: keyof typeof OP, ...operands: readonly number[]): void {
    this.words.push(OP[op], operands.length + 2, ...operands);
  }

  /** Address of a new constant. */
  constant(value: number): number {
    this.constants.push(value);
    return this.in.layout.constants + 8 * (this.constants.length - 1);
  }

  /** Address of a value that has been computed. */
  at(value: ImageValue): number {
    const slot = this.#slot.get(valueKey(value));
    if (slot === undefined) throw new InternalError(`value ${valueKey(value)} was not computed`);
    return this.#address(slot);
  }

  /** Address for a value that is about to be computed. */
  define(value: ImageValue): number {
    const slot = this.#slot.get(valueKey(value)) ?? this.#take();
    this.#slot.set(valueKey(value), slot);
    return this.#address(slot);
  }

  /** Gives back the room of values that nothing reads any more. */
  release(values: readonly ImageValue[]): void {
    for (const name of new Set(values.map(valueKey))) {
      const slot = this.#slot.get(name);
      if (slot !== undefined) this.#free.push(slot);
    }
  }

  /** Addresses for the two results of an instruction, of which null ones are read by nothing. */
  definePair(first: ImageValue | null, second: ImageValue | null): readonly [number, number] {
    const slots = [first, second].map((value) => (value === null ? this.#take() : null));
    const addresses = [first, second].map((value, k) => {
      const spare = slots[k];
      return value === null ? this.#address(spare ?? 0) : this.define(value);
    });
    for (const spare of slots) if (spare !== null) this.#free.push(spare);
    return [addresses[0], addresses[1]];
  }

  /** The position pairs of a value in this stage; one of an earlier stage is found on the grid of its shape here. */
  grid(value: ValueId): number {
    return this.in.layout.grids[gridAt(this.in.plan.places, value, this.stage)];
  }

  step(value: ValueId): Step {
    return this.in.plan.programme.steps[value];
  }

  positions(value: ValueId): number {
    const { height, width } = this.in.plan.places.grids[this.in.plan.places.of[value].grid];
    return height * width;
  }

  /** Place of a column in the block of an image, made when it is first asked for. */
  column(column: ImageColumn): number {
    const name = JSON.stringify(column);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const at = this.blockBytes;
    const positions = this.positions(column.value);
    const bytes = column.kind === 'smooth' ? 4 * positions * 8 : positions * this.#element;
    this.blockBytes += Math.ceil(bytes / 16) * 16;
    this.columns.push({ column, at });
    this.#known.set(name, at);
    return at;
  }

  deviation(value: ValueId): number {
    return this.column({ kind: 'deviation', value });
  }

  /** The one deviation of an even value. @throws InternalError where deviations differ: then a column holds them */
  evenDeviation(value: ValueId): number {
    const deviation = this.in.deviations[value];
    if (deviation === null) throw new InternalError(`value ${value} has no one deviation for all positions`);
    return deviation;
  }

  inverse(value: ValueId): number {
    return this.column({ kind: 'inverse', value });
  }

  /** 1 where the cosine distances of a value carry a sign. */
  both(value: ValueId): number {
    return this.in.plan.body.signed[value] ? 1 : 0;
  }

  /** 4^(sum of exponents): what brings a product of stored numbers to the scale of its result. */
  scale(...exponents: readonly number[]): number {
    return 4 ** exponents.reduce((a, b) => a + b, 0);
  }

  #take(): number {
    return this.#free.pop() ?? this.slots++;
  }

  #address(slot: number): number {
    return this.in.layout.slots + slot * this.in.layout.slotBytes;
  }
}
