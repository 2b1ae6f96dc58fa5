import type * as TensorFlow from '@tensorflow/tfjs';
import type { Tensor, Tensors } from './tfjs.js';

/** One step on the way through a function, as tfjs keeps it for the way back. */
interface TapeNode {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly Tensor[];
  readonly saved?: readonly Tensor[];
}

/**
 * A step before it is kept: its kernel, inputs, outputs, a gradient where it is no kernel's, what was saved,
 * attributes.
 */
type Step = [
  name: string,
  inputs: TapeNode['inputs'],
  outputs: readonly Tensor[],
  gradient: unknown,
  saved: readonly Tensor[],
  attributes: unknown,
];

/** The part of tfjs's engine that keeps these steps. */
interface Recorder {
  addTapeNode?: (...step: Step) => void;
  readonly state: { readonly activeTape: TapeNode[]; readonly gradientDepth: number };
}

function recorderOf(tf: Tensors): Recorder {
  const engine: object = tf.engine();
  return engine as Recorder;
}

/** Whether a step is one that only copies: a kernel copies what it saves, before its own step is kept. */
const isCopy = ({ inputs, saved }: TapeNode): boolean =>
  saved?.length === 0 && Object.keys(inputs).length === 1 && 'x' in inputs;

/** Puts copies of the outputs of the last step behind it. */
function putCopiesBehind(tape: TapeNode[]): void {
  const last = tape[tape.length - 1];
  const own = new Set(last.outputs.map(({ id }) => id));
  let from = tape.length - 1;
  while (from > 0 && isCopy(tape[from - 1])) from--;
  const tail = tape.splice(from);
  const copies = tail.filter((node) => node !== last && own.has(node.inputs.x?.id));
  tape.push(...tail.filter((node) => !copies.includes(node)), ...copies);
}

const mended = new WeakSet<object>();

/**
 * Mends derivatives of gradients in all copies of a tfjs: those of tanh, sigmoid, exp, softmax and all others that are
 * made of saved outputs.
 *
 * tfjs keeps the copy of a saved output before the step that made it, so that no way leads back from it, and its share
 * is left out.
 */
export function mendSavedOutputs(tf: Tensors): void {
  const engine = recorderOf(tf);
  const { addTapeNode } = engine;
  if (addTapeNode === undefined || mended.has(engine)) return;
  mended.add(engine);
  engine.addTapeNode = (...step) => {
    addTapeNode.apply(engine, step);
    putCopiesBehind(engine.state.activeTape);
  };
}

/** An array that went into an operation. */
export interface Input {
  readonly key: string;
  readonly shape: readonly number[];
  readonly dtype: TensorFlow.DataType;
  readonly values: ArrayLike<number>;
}

/** An operation that a function is made of, as it was called once. */
export interface Operation {
  /** Its name in TensorFlow.js, e.g. `MirrorPad`. */
  readonly name: string;
  readonly inputs: readonly Input[];
  /** Whether they are a list, and have no names. */
  readonly isList: boolean;
  readonly attributes: unknown;
  /** Gradients that were being taken around it: more than one where a function takes gradients itself. */
  readonly depth: number;
}

/** Most calls that are kept of an operation with the same sizes, and in all; numbers of the largest inputs that are. */
const CALLS = 3;
const OPERATIONS = 400;
const NUMBERS = 2 ** 22;

function operationOf([name, inputs, , , , attributes]: Step, depth: number): Operation | null {
  const entries = Object.entries(inputs).filter(([, input]) => (input as Tensor | null | undefined) != null);
  const known = entries.every(([, { dtype, size }]) => size <= NUMBERS && dtype !== 'complex64' && dtype !== 'string');
  if (!known) return null;
  const read = entries.map(([key, tensor]) => {
    const { shape, dtype } = tensor;
    return { key, shape, dtype, values: tensor.dataSync() };
  });
  return { name, inputs: read, isList: Array.isArray(inputs), attributes, depth };
}

/** Does something, and tells which operations with a gradient of their own kernel tfjs kept for the way back. */
export function operationsOf(tf: Tensors, act: () => void): readonly Operation[] {
  const engine = recorderOf(tf);
  const { addTapeNode } = engine;
  const found: Operation[] = [];
  if (addTapeNode === undefined) return found;
  const calls = new Map<string, number>();
  engine.addTapeNode = (...step) => {
    addTapeNode.apply(engine, step);
    const [name, inputs, , gradient, , attributes] = step;
    const key = JSON.stringify([name, Object.values(inputs).map((input) => input?.shape), attributes]);
    const called = calls.get(key) ?? 0;
    calls.set(key, called + 1);
    if (gradient != null || called >= CALLS || found.length >= OPERATIONS) return;
    if ((tf.getGradient(name) as unknown) === undefined) return;
    const operation = operationOf(step, engine.state.gradientDepth);
    if (operation !== null) found.push(operation);
  };
  try {
    act();
  } finally {
    engine.addTapeNode = addTapeNode;
  }
  return found;
}
