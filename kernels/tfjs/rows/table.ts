import type { Output, RowTask } from '../../../src/backend/tasks.js';
import { InternalError } from '../../../src/errors.js';
import type { Tensor, Tensors } from '../tensors.js';
import { positive, type Sides, smaller } from '../values.js';
import { cubicPieces } from './cubic-pieces.js';

/**
 * The table of a task on the device: for each output the coefficients of its correlation on all intervals, u >= 0
 * first, `[2 intervals, degree + 1]`. Their sum has the digits of an entry, which are fewer than those of the cosine
 * distance.
 */
export interface TensorTable {
  readonly intervals: number;
  readonly outputs: readonly (Tensor | null)[];
  dispose(): void;
}

/** Uploads the table of a task; null where it has none. */
export function uploadTable(tf: Tensors, task: RowTask): TensorTable | null {
  if (task.table === null) return null;
  const table = cubicPieces(task.table);
  const { intervals, degree } = table;
  const outputs = tf.tidy(() =>
    task.outputs.map((output: Output) => {
      const all = table[output];
      const correlations = all?.map((c, at) => (at % (degree + 1) === 0 ? 1 : 0) - c);
      return correlations === undefined ? null : tf.tensor(correlations, [2 * intervals, degree + 1]);
    }),
  );
  return { intervals, outputs, dispose: () => outputs.forEach((tensor) => void tensor?.dispose()) };
}

/** Correlations as a table takes them. */
export interface Folded {
  /** 1 - |u| */
  readonly distance: Tensor;
  /** Whether u < 0. */
  readonly negative: Tensor;
}

/** From inner products and their 1 - |u|. For use in a tidy. */
export function foldedProducts(tf: Tensors, u: Tensor, distance: Tensor): Folded {
  return { distance: positive(tf, distance), negative: tf.less(u, 0) };
}

/** From 1 - u and 1 + u. For use in a tidy. */
export function foldedSides(tf: Tensors, of: Sides): Folded {
  return { distance: smaller(tf, of), negative: tf.greater(of.below, 1) };
}

/**
 * Correlations of the outputs by the table, in the order of the task; null where there is none. For use in a tidy.
 *
 * With t = sqrt(1 - |u|) intervals = k + x a correlation is the polynomial of interval k in x.
 */
export function lookUp(
  tf: Tensors,
  { intervals, outputs }: TensorTable,
  { distance, negative }: Folded,
): readonly (Tensor | null)[] {
  // A list, and that before there are whole numbers: to reshape those a GPU would fetch them to the host.
  const list = (x: Tensor): Tensor => tf.reshape(x, [-1]);
  const t = tf.mul(tf.sqrt(list(distance)), intervals);
  const k = tf.minimum(tf.floor(t), intervals - 1);
  const x = tf.sub(t, k);
  const index = tf.toIntegers(tf.add(k, tf.mul(intervals, tf.toNumbers(list(negative)))));
  return outputs.map((coefficients) => {
    if (coefficients === null) return null;
    const [highest, ...lower] = tf.gatherColumns(coefficients, index).toReversed();
    if (highest === undefined) throw new InternalError('a table needs coefficients');
    const correlations = lower.reduce((sum, c) => tf.add(tf.mul(sum, x), c), highest);
    return tf.reshape(correlations, distance.shape);
  });
}
