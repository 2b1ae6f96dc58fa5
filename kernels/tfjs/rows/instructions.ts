import type { DeviceTask } from '../../../src/backend/device-task.js';
import type { FloatArray } from '../../../src/data/array.js';
import { InternalError } from '../../../src/errors.js';
import { type Instruction, inputs, results } from '../../../src/programme/instructions.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { heaviside, piecewiseLinear, product } from '../formulas/angle.js';
import { decayed } from '../formulas/polynomials.js';
import { smooth, smoothSlope } from '../formulas/smooth.js';
import type { Tensor, Tensors } from '../tensors.js';
import { aboveOf, disposeValue, type Factors, positive, tensorsOf, type Value } from '../values.js';

/** The instructions of a task with what they read of the factor columns. */
export interface TensorInstructions {
  readonly single: DeviceTask;
  /** For each instruction whether a row has no self-kernel there. */
  readonly zeros: readonly boolean[];
}

/** Prepares the body of a task. */
export function tensorInstructions(single: DeviceTask, rowsX: number, rowsZ: number): TensorInstructions {
  const hasZero = (columns: FloatArray, column: number, rows: number): boolean =>
    columns.subarray(column * rows, (column + 1) * rows).includes(0);
  const zeros = single.body.instructions.map((instruction, index) => {
    if (instruction.op !== 'smooth') return false;
    const root = single.first[index] + 2;
    if (single.shared !== null) return single.shared[root] === 0;
    return hasZero(single.x, root, rowsX) || hasZero(single.z, root, rowsZ);
  });
  return { single, zeros };
}

/** Instructions up to which the rounding of sums does not show. */
const SHALLOW = 40;

interface Executor {
  readonly tf: Tensors;
  readonly body: TensorInstructions;
  readonly factors: Factors;
  /** Whether sums carry what rounding takes from them. */
  readonly deep: boolean;
  readonly source: Value;
  readonly values: (Value | null)[];
}

function valueAt({ body, source, values }: Executor, id: ValueId): Value {
  const found = id === body.single.body.source ? source : values[id];
  if (found === null || found === undefined) throw new InternalError(`value ${id} is read before it is there`);
  return found;
}

/** How a sum is added up. */
export interface SumForm {
  /** Whether its other side is wanted. */
  readonly both: boolean;
  /** Whether it carries what rounding takes from it. */
  readonly deep: boolean;
  /** Whether part 0 has a weight of at least 1/4 in every pair. */
  readonly dominates: boolean;
}

/**
 * A sum as its first part and what the others add to it; a constant part (null) has the cosine distance 0. The shares
 * are the factors from `first`.
 *
 * Where the first part does not dominate in every pair, the sum starts from 0 in those in which it is small: its cosine
 * distance would be taken off again. A spread of 1/4 keeps what is left of it large; rows without an self-kernel have
 * one of 1/2, and so stay at the cosine distance 1.
 *
 * Where it is `deep` what rounding takes from the sum goes with it, into the next sum of which it is the largest part:
 * thousands of blocks may add amounts below the last digit, all rounded the same way.
 */
export function weightedSum(
  tf: Tensors,
  values: readonly (Value | null)[],
  first: number,
  factors: Factors,
  { both, deep, dominates }: SumForm,
): Value {
  const spread = factors.shared ? null : halfSquares(tf, values.length, first, factors);
  const weightOf = (k: number): Tensor => tf.mul(factors.x(first + k), factors.z(first + k));
  const weights = values.map((_, k) => (k === 0 && dominates ? null : weightOf(k)));
  const sure = spread === null || weights[0] === null ? weights[0] : tf.add(weights[0], spread);
  const large = sure && tf.toNumbers(tf.greaterEqual(sure, 0.25));
  const startOf = (of: Tensor): Tensor => (large === null ? of : tf.mul(large, of));
  const changeOf = (sides: readonly Tensor[], base: Tensor, rest: Tensor | null): Tensor => {
    const added = sides.flatMap((of, k) => {
      const weight = weights[k];
      return weight === null ? [] : [tf.tidy(() => tf.mul(weight, tf.sub(of, base)))];
    });
    if (spread !== null) added.push(tf.tidy(() => tf.mul(spread, tf.sub(1, base))));
    if (rest !== null) added.push(startOf(rest));
    return added.reduce((total, part) => tf.add(total, part));
  };
  const side = (sideOf: (of: Value) => Tensor, constant: number, rest: Tensor | null): readonly [Tensor, Tensor] =>
    tf.tidy((): [Tensor, Tensor] => {
      const sides = values.map((of) => (of === null ? tf.scalar(constant) : sideOf(of)));
      const base = startOf(sides[0]);
      const change = tf.tidy(() => changeOf(sides, base, rest));
      const total = positive(tf, tf.add(base, change));
      return [total, deep ? tf.sub(change, tf.sub(total, base)) : total];
    });
  const before = values[0]?.lost;
  const [below, lostBelow] = side((of) => of.below, 0, before?.below ?? null);
  const [above, lostAbove] = both ? side((of) => aboveOf(tf, of), 2, before?.above ?? null) : [null, null];
  return deep ? { below, above, lost: { below: lostBelow, above: lostAbove } } : { below, above };
}

function sum(executor: Executor, { parts, dominates, out }: Extract<Instruction, { op: 'sum' }>, first: number): Value {
  const values = parts.map(({ value }) => (value === null ? null : valueAt(executor, value)));
  const both = executor.body.single.body.form[out] === 'both';
  return weightedSum(executor.tf, values, first, executor.factors, { both, deep: executor.deep, dominates });
}

/** 1/2 sum (a_k - b_k)^2 */
function halfSquares(tf: Tensors, count: number, first: number, factors: Factors): Tensor {
  return tf.tidy(() => {
    const squares = Array.from({ length: count }, (_, k) =>
      tf.squaredDifference(factors.x(first + k), factors.z(first + k)),
    );
    return tf.mul(
      0.5,
      squares.reduce((total, square) => tf.add(total, square)),
    );
  });
}

/** 1 - exp(-rate |x - z|^power) with |x - z|^2 = (r - s)^2 + 2 r s (1 - u); norms in two parts. */
function radial(
  { tf, factors, source }: Executor,
  { rate, power }: Extract<Instruction, { op: 'radial' }>,
  first: number,
): Value {
  const [r, s] = [factors.x(first), factors.z(first)];
  const difference = tf.add(tf.sub(r, s), tf.sub(factors.x(first + 1), factors.z(first + 1)));
  const square = tf.add(tf.square(difference), tf.mul(tf.mul(2, tf.mul(r, s)), source.below));
  const distance = power === 2 ? square : power === 1 ? tf.sqrt(square) : tf.pow(square, power / 2);
  return { below: decayed(tf, tf.mul(rate, distance)), above: null };
}

function execute(executor: Executor, instruction: Instruction, index: number): readonly (readonly [ValueId, Value])[] {
  const { tf, factors } = executor;
  const { single, zeros } = executor.body;
  const first = single.first[index];
  const both = (id: ValueId): boolean => single.body.form[id] === 'both';
  const at = (id: ValueId): Value => valueAt(executor, id);
  switch (instruction.op) {
    case 'sum':
      return [[instruction.out, sum(executor, instruction, first)]];
    case 'product':
      return [[instruction.out, product(tf, at(instruction.left), at(instruction.right), both(instruction.out))]];
    case 'heaviside':
      return [[instruction.out, heaviside(tf, at(instruction.of), both(instruction.out))]];
    case 'radial':
      return [[instruction.out, radial(executor, instruction, first)]];
    case 'piecewiseLinear': {
      const ids = [instruction.value, instruction.slope];
      const [value, slope] = ids.map((id) => (id === null ? null : { both: both(id) }));
      const made = piecewiseLinear(tf, at(instruction.of), instruction.weight, { value, slope });
      return ids.flatMap((id, k) => {
        const result = k === 0 ? made.value : made.slope;
        return id === null || result === null ? [] : [[id, result] as const];
      });
    }
    case 'smooth':
    case 'smoothSlope': {
      const { map, of, out } = instruction;
      const details = { map, first, features: single.features[index], zeros: zeros[index], both: both(out) };
      const run = instruction.op === 'smooth' ? smooth : smoothSlope;
      return [[out, run(tf, at(of), details, factors)]];
    }
  }
}

/** Runs one instruction; of all tensors that it makes only its results stay. */
function step(executor: Executor, instruction: Instruction, index: number): void {
  const { tf, values } = executor;
  const { last } = executor.body.single.body;
  const made: [ValueId, Value][] = [];
  tf.tidy(() => {
    for (const [id, value] of execute(executor, instruction, index)) made.push([id, value]);
    return made.flatMap(([, value]) => [...tensorsOf(value)]);
  });
  for (const [id, value] of made) values[id] = value;
  for (const id of new Set([...inputs(instruction), ...results(instruction)])) {
    const value = values[id];
    if (last[id] > index || value === null || value === undefined) continue;
    disposeValue(value);
    values[id] = null;
  }
}

/**
 * Values of a body on some pairs: `[nngp, ntk]` of which those that are there stay until they are disposed of with
 * `free`.
 */
export interface InstructionValues {
  readonly nngp: Value | null;
  readonly ntk: Value | null;
  free(): void;
}

/**
 * Runs a body on the correlations `source`, which stays the caller's.
 *
 * `pause` is awaited between instructions; if it rejects, all tensors made so far are freed.
 */
export async function runBody(
  tf: Tensors,
  body: TensorInstructions,
  factors: Factors,
  source: Value,
  pause: () => Promise<void>,
): Promise<InstructionValues> {
  const values: (Value | null)[] = [];
  const { instructions, nngp, ntk } = body.single.body;
  const executor: Executor = { tf, body, factors, deep: instructions.length > SHALLOW, source, values };
  const free = (): void => {
    for (const value of values.splice(0)) if (value) disposeValue(value);
  };
  try {
    for (const [index, instruction] of instructions.entries()) {
      await pause();
      step(executor, instruction, index);
    }
  } catch (error) {
    free();
    throw error;
  }
  const pick = (id: ValueId | null): Value | null => (id === null ? null : valueAt(executor, id));
  return { nngp: pick(nngp), ntk: pick(ntk), free };
}
