import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { currentTensors } from '../backend/select.js';
import { functionKernel } from '../empirical/functions/kernel.js';
import type { FunctionOptions, TensorFunction } from '../empirical/functions/types.js';
import { UsageError } from '../errors.js';
import { denseCross } from '../operators/cross.js';
import { DenseOperator } from '../operators/operator.js';
import { type KernelSource, NOTHING_RECOMPUTED, roundoffOf } from './source.js';

/** Bytes of a matrix in double precision, beside that in single precision of which it is a copy. */
const bytesOf = (rows: number, columns: number): number => 8 * rows * columns;

/** Examples of a tensor by their numbers, as a tensor of their own that `use` may read; it is gone afterwards. */
async function withExamples<T>(x: Tensor, numbers: readonly number[], use: (part: Tensor) => Promise<T>): Promise<T> {
  if (numbers.length === x.shape[0] && numbers.every((row, k) => row === k)) return use(x);
  const { tf } = await currentTensors();
  const part = tf.tidy(() => tf.gather(x, tf.tensor1d([...numbers], 'int32')));
  try {
    return await use(part);
  } finally {
    part.dispose();
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** Refuses a result that is no matrix. */
function checkOptions({ z, contract }: FunctionOptions): void {
  if (z === undefined && contract !== 'full') return;
  const got = z === undefined ? 'contract: full' : 'z';
  throw new UsageError(`options: must leave test rows and outputs to the source, got ${got}. Leave it out.`);
}

/**
 * The empirical NTK of any function of TensorFlow.js tensors, the mean over its outputs, on examples x `[n, ...]` and
 * test examples `[m, ...]`.
 *
 * Every form of it is a matrix in memory, as the Jacobian is held in chunks. Tensors that are given stay the caller's.
 * Its methods throw as `functionKernel` does. @throws UsageError for options that leave no matrix
 */
export function functionSource(
  f: TensorFunction,
  variables: readonly Variable[],
  x: Tensor,
  options: FunctionOptions = {},
  test: Tensor = x,
): KernelSource {
  checkOptions(options);
  const [n, m] = [x.shape[0] ?? 0, test.shape[0] ?? 0];
  const between = async (rows: Tensor, z: Tensor | null, budget: number): Promise<Float64Array> => {
    const bytes = bytesOf(rows.shape[0] ?? 0, (z ?? rows).shape[0] ?? 0);
    const memory = Math.min(budget + bytes, Number.MAX_VALUE);
    const { ntk } = await functionKernel(f, variables, rows, { ...options, ...(z === null ? {} : { z }), memory });
    return Float64Array.from(ntk.data);
  };
  const matrix = (size: number, budget: number): Promise<Float64Array> =>
    withExamples(x, upTo(size), (rows) => between(rows, null, budget));
  const least = async (rows: Tensor, z: Tensor): Promise<number> => {
    const { planFunction } = await import('../empirical/functions/plan.js');
    const parameters = variables.reduce((sum, { size }) => sum + size, 0);
    const of = { f, variables, parameters, where: 'f' };
    const { plan } = await planFunction(await currentTensors(), of, rows, { ...options, z, memory: Number.MAX_VALUE });
    return plan.memoryBytes;
  };
  return {
    kind: 'function',
    rows: n,
    testRows: m,
    origin: async () => ({ backend: (await currentTensors()).kind, native: null }),
    least: async () => Math.max(await least(x, x), await least(test, x)),
    matrix: async (size, budget) => ({ values: await matrix(size, budget), roundoff: roundoffOf('f32'), compile: 0 }),
    operator: async (size, budget) =>
      new DenseOperator(await matrix(size, budget), size, { name: 'f', roundoff: roundoffOf('f32') }),
    rowsOf: (numbers, size, budget) =>
      withExamples(x, numbers, (rows) => withExamples(x, upTo(size), (columns) => between(rows, columns, budget))),
    cross: async (size, budget) =>
      withExamples(x, upTo(size), async (columns) => denseCross(await between(test, columns, budget), m, size)),
    crossMatrix: (budget) => between(test, x, budget),
    testDiagonal: async (budget) => {
      const values = await between(test, null, budget);
      return Float64Array.from({ length: m }, (_, i) => values[i * (m + 1)]);
    },
    recomputation: () => NOTHING_RECOMPUTED,
  };
}
