import type { Output, RowTask } from '../../../src/backend/tasks.js';
import { InternalError } from '../../../src/errors.js';
import type { Tensor, Tensors } from '../tensors.js';
import { smaller, type Value } from '../values.js';

/** The table of a task on the device: for each output and degree the coefficients of all intervals, u >= 0 first. */
export interface TensorTable {
  readonly intervals: number;
  readonly outputs: readonly (readonly Tensor[] | null)[];
  dispose(): void;
}

/** Uploads the table of a task; null where it has none. */
export function uploadTable(tf: Tensors, task: RowTask): TensorTable | null {
  const { table } = task;
  if (table === null) return null;
  const { intervals, degree } = table;
  const column = (all: Float64Array, k: number): Tensor =>
    tf.tensor1d(Float64Array.from({ length: 2 * intervals }, (_, at) => all[at * (degree + 1) + k]));
  const outputs = task.outputs.map((output: Output) => {
    const all = table[output];
    return all === null ? null : Array.from({ length: degree + 1 }, (_, k) => column(all, k));
  });
  const dispose = (): void => outputs.flatMap((list) => list ?? []).forEach((tensor) => void tensor.dispose());
  return { intervals, outputs, dispose };
}

/**
 * CosineDistances of the outputs by the table, in the order of the task; null where there is none. For use in a tidy.
 *
 * With t = sqrt(1 - |u|) intervals = k + x a cosine distance is the polynomial of interval k in x.
 */
export function lookUp(tf: Tensors, { intervals, outputs }: TensorTable, of: Value): readonly (Value | null)[] {
  const t = tf.mul(tf.sqrt(smaller(tf, of)), intervals);
  const k = tf.clipByValue(tf.floor(t), 0, intervals - 1);
  const x = tf.sub(t, k);
  const side = tf.mul(intervals, tf.toNumbers(tf.greater(of.below, 1)));
  const index = tf.toIntegers(tf.add(k, side));
  return outputs.map((coefficients) => {
    if (coefficients === null) return null;
    const [highest, ...lower] = coefficients.toReversed();
    if (highest === undefined) throw new InternalError('a table needs coefficients');
    const below = lower.reduce((sum, c) => tf.add(tf.mul(sum, x), tf.gather(c, index)), tf.gather(highest, index));
    return { below, above: null };
  });
}
