import type { Tensor, Tensors } from './tensors.js';

/** One step on the way through a function, as tfjs keeps it for the way back. */
interface TapeNode {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly Tensor[];
  readonly saved?: readonly Tensor[];
}

/** The part of tfjs's engine that keeps these steps. */
interface Recorder {
  addTapeNode?: (name: string, inputs: TapeNode['inputs'], outputs: readonly Tensor[], ...rest: unknown[]) => void;
  readonly state: { readonly activeTape: TapeNode[] };
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
 * Mends derivatives of gradients in all copies of a tfjs: those of tanh, sigmoid, exp, softmax and all others that are made of saved outputs.
 *
 * tfjs keeps the copy of a saved output before the step that made it, so that no way leads back from it, and its share is left out.
 */
export function mendSavedOutputs(tf: Tensors): void {
  const engine = tf.engine() as unknown as Recorder;
  const { addTapeNode } = engine;
  if (addTapeNode === undefined || mended.has(engine)) return;
  mended.add(engine);
  engine.addTapeNode = (...step) => {
    addTapeNode.apply(engine, step);
    putCopiesBehind(engine.state.activeTape);
  };
}
