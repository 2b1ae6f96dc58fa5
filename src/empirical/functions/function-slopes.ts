import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { outputsOf, type Pause, weightedGradients } from '../../../kernels/tfjs/functions/gradients.js';
import { type Operation, operationsOf } from '../../../kernels/tfjs/functions/tape.js';
import type { TensorEngine } from '../../backend/tensor-device.js';
import { BackendError, InterruptedError, UsageError } from '../../errors.js';
import { namedFault } from './operation-slopes.js';
import type { PlannedFunction } from './plan.js';
import { checkSlopes, type Point, type SlopeCheck, type Slopes } from './slopes.js';
import type { FunctionOf, SlopesReport } from './types.js';

/** Most groups of variables that are moved one after the other. */
const GROUPS = 12;
const SEED = 1;
/** A difference that f32 hardly makes by itself. */
const DOUBTFUL = 5e-3;

/** A function by some of its variables, at some examples, each of them for itself. */
class VariableSlopes implements Slopes {
  readonly base: Point;
  readonly #engine: TensorEngine;
  readonly #source: Omit<FunctionOf, 'parameters'>;
  readonly #examples: readonly Tensor[];
  readonly #pause: Pause;

  constructor(
    engine: TensorEngine,
    source: Omit<FunctionOf, 'parameters'>,
    examples: readonly Tensor[],
    base: Point,
    pause: Pause,
  ) {
    this.#engine = engine;
    this.#source = source;
    this.#examples = examples;
    this.base = base;
    this.#pause = pause;
  }

  #move(at: Point): void {
    const { tf, use } = this.#engine;
    use();
    this.#source.variables.forEach((variable, k) => {
      const values = tf.tensor(at[k], variable.shape);
      variable.assign(values);
      values.dispose();
    });
  }

  async values(at: Point): Promise<Float32Array> {
    const all: Float32Array[] = [];
    for (const example of this.#examples) {
      await this.#pause();
      this.#move(at);
      const outputs = outputsOf(this.#engine, this.#source, example);
      all.push((await outputs.data()) as Float32Array);
      outputs.dispose();
    }
    return Float32Array.from(all.flatMap((values) => [...values]));
  }

  async gradient(at: Point, weights: Float32Array): Promise<Point> {
    const { tf } = this.#engine;
    const sums = this.base.map((values) => new Float32Array(values.length));
    const outputs = weights.length / this.#examples.length;
    for (const [i, example] of this.#examples.entries()) {
      await this.#pause();
      this.#move(at);
      const { value, rows } = tf.tidy(() => {
        const own = tf.tensor2d(weights.slice(i * outputs, (i + 1) * outputs), [1, outputs]);
        return weightedGradients(this.#engine, this.#source, example, own);
      });
      value.dispose();
      for (const [k, row] of rows.entries()) {
        const read = await row.data();
        row.dispose();
        for (let j = 0; j < read.length; j++) sums[k][j] += read[j];
      }
    }
    return sums;
  }
}

/** Does something that moves variables, and puts them back as they were, bit for bit. */
async function puttingBack<T>(
  { tf, use }: TensorEngine,
  variables: readonly Variable[],
  act: () => Promise<T>,
): Promise<T> {
  const kept = variables.map((variable) => variable.clone());
  try {
    return await act();
  } finally {
    use();
    variables.forEach((variable, k) => {
      variable.assign(kept[k]);
    });
    tf.dispose(kept);
  }
}

/** Variables in groups, none across two chunks: no more of them are moved at once than gradients are held of. */
function groupsOf(variables: readonly Variable[], { chunks }: PlannedFunction): readonly (readonly Variable[])[] {
  const together = Math.ceil(variables.length / GROUPS);
  return chunks.flatMap((chunk) =>
    Array.from({ length: Math.ceil(chunk.variables.length / together) }, (_, k) =>
      chunk.variables.slice(k * together, (k + 1) * together).map((place) => variables[place]),
    ),
  );
}

/** The first and the last example of x, and the first of another z. */
function examplesOf({ tf }: TensorEngine, x: Tensor, z: Tensor): readonly Tensor[] {
  const last = (x.shape[0] ?? 1) - 1;
  const places = [[x, 0] as const, ...(last > 0 ? [[x, last] as const] : []), ...(z === x ? [] : [[z, 0] as const])];
  return places.map(([data, place]) => tf.tidy(() => tf.slice(data, [place], [1])));
}

/** What f does on the way forward and back. */
function recorded(engine: TensorEngine, source: FunctionOf, example: Tensor, outputs: number): readonly Operation[] {
  const { tf } = engine;
  return operationsOf(tf, () => {
    tf.tidy(() => {
      weightedGradients(engine, source, example, tf.ones([1, outputs]));
    });
  });
}

const digits = (value: number): string => String(Number(value.toPrecision(4)));

/** What of it has a wrong gradient by itself; null where nothing has, or that cannot be told. */
async function namedIn(
  engine: TensorEngine,
  source: FunctionOf,
  examples: readonly Tensor[],
  outputs: number,
  deep: boolean,
): Promise<string | null> {
  try {
    for (const example of examples) {
      const name = await namedFault(engine, recorded(engine, source, example, outputs), deep);
      if (name !== null) return name;
    }
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
  }
  return null;
}

/** Whether a function takes gradients itself: they are part of its outputs, which differences of these cannot tell. */
function takesGradients(engine: TensorEngine, source: FunctionOf, example: Tensor, outputs: number): boolean {
  try {
    return recorded(engine, source, example, outputs).some(({ depth }) => depth > 1);
  } catch {
    return false;
  }
}

/** Variables that were moved together, and what came of it. */
interface Found {
  readonly group: readonly Variable[];
  readonly check: SlopeCheck;
}

/** An operation whose gradient is wrong; `effect`: what that does to the function. */
function wrongOperation(where: string, name: string, effect: string): Error {
  const rule = 'must be made of operations whose gradients are right in TensorFlow.js';
  return new BackendError(`${where}: ${rule}, got ${name}, ${effect}. Put other operations in its place.`);
}

function refusal(where: string, { group, check }: Found, name: string | null): Error {
  const [own, shown] = [digits(check.expected), digits(check.measured)];
  const slopes = `a slope of ${own} where differences of its outputs show ${shown}`;
  if (name !== null) return wrongOperation(where, name, `and with it ${slopes}`);
  const names = group.map((variable) => variable.name).join(' or ');
  const remedy =
    'Check the gradients that it brings (tf.customGrad), and that it changes no list which an operation gave it.';
  return new UsageError(`${where}: must have the gradient of its outputs, got by ${names} ${slopes}. ${remedy}`);
}

const isWrong = ({ check: { difference, tolerance } }: Found): boolean => difference > tolerance;

/** Whether differences neither confirm a slope nor show another: then each operation is looked at by itself. */
const isDoubtful = ({ check: { difference } }: Found): boolean => difference > DOUBTFUL;

/**
 * Compares the gradients of a function with central differences along random directions, for each variable (or some
 * together where there are many).
 *
 * The variables are moved for it and put back bit for bit, whatever happens.
 * @throws BackendError that names the operation whose gradient is wrong in TensorFlow.js; UsageError where it is none
 * of these
 */
export async function checkGradients(
  engine: TensorEngine,
  source: FunctionOf,
  planned: PlannedFunction,
  [x, z]: readonly [Tensor, Tensor],
  pause: Pause,
): Promise<SlopesReport> {
  const { f, where, variables } = source;
  engine.use();
  const examples = examplesOf(engine, x, z);
  const groups = groupsOf(variables, planned);
  const found: Found[] = [];
  const { outputs } = planned.plan;
  try {
    for (const [k, group] of groups.entries()) {
      const check = await puttingBack(engine, group, async () => {
        const base = await Promise.all(group.map(async (variable) => (await variable.data()).slice() as Float32Array));
        return checkSlopes(new VariableSlopes(engine, { f, where, variables: group }, examples, base, pause), SEED + k);
      });
      if (check !== null) found.push({ group, check });
      const wrong = found.find(isWrong);
      if (wrong !== undefined) throw refusal(where, wrong, await namedIn(engine, source, examples, outputs, true));
    }
    const doubtful = found.find(isDoubtful);
    if (doubtful !== undefined || takesGradients(engine, source, examples[0], outputs)) {
      const name = await namedIn(engine, source, examples, outputs, false);
      if (name !== null && doubtful !== undefined) throw refusal(where, doubtful, name);
      if (name !== null) throw wrongOperation(where, name, 'which its outputs are made of');
    }
  } finally {
    for (const example of examples) example.dispose();
  }
  const decided = found.filter(({ check }) => check.tolerance <= 1).map(({ check }) => check);
  const contributions = decided.map(({ difference, tolerance }) => difference / tolerance);
  const { difference = 0, tolerance = 0 } = decided[contributions.indexOf(Math.max(...contributions))] ?? {};
  return { directions: groups.length, undecided: groups.length - decided.length, difference, tolerance };
}
