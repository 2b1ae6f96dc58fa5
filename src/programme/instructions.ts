import type { ValueId } from '../vocabulary/steps.js';
import type { SmoothMap } from './maps/index.js';

/** A factor column: its step, and its place among the columns of that step (`own.ts`). */
export interface FactorColumn {
  readonly step: number;
  readonly place: number;
}

/**
 * A part of a weighted sum: a value (null: the constant, of cosine distance 0) and the column of its mixing weights.
 */
export interface Part {
  readonly value: ValueId | null;
  readonly column: FactorColumn;
}

/**
 * What a device does for a pair, in order. Values are correlations u, held as cosine distances 1 - u (and 1 + u where
 * `Instructions.form` says so).
 *
 * `sum`: d_0 + sum_(k>0) w_k (d_k - d_0) + h (1 - d_0), w_k = a_k b_k, h = 1/2 sum (a_k - b_k)^2 for mixing weights a,
 * b; part 0 has a value and is the largest such. Where it does not dominate in every pair (w_0 >= 1/4), the sum must
 * start from 0 in the pairs in which it does not, sum w_k d_k + h: from d_0 it would cancel. `piecewiseLinear`: value
 * and derivative (either may be unwanted) of the map with `weight` 2 even^2 / (even^2 + odd^2). `heaviside`: cosine
 * distance theta / pi. `smooth`, `smoothSlope`: a smooth map and its derivative, with the columns of step `step`.
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

/**
 * `distance`: 1 - u alone; such a value is never negative, or nothing reads its other side. `both`: 1 - u and 1 + u,
 * the smaller exact.
 */
export type Form = 'distance' | 'both';

/**
 * A programme as a device runs it: names resolved, a map and its derivative in one, sums with their largest part first.
 */
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
