import type { NdArray } from '../data/array.js';
import { firstExamples, someExamples } from '../data/examples.js';
import { empiricalCross } from '../empirical/cross.js';
import { empiricalKernel } from '../empirical/kernel.js';
import { empiricalOperator } from '../empirical/operator.js';
import { planEmpirical } from '../empirical/plan.js';
import type { EmpiricalOptions } from '../empirical/types.js';
import { libraryIn } from '../linalg/algebra.js';
import { type KernelSource, NOTHING_RECOMPUTED, roundoffOf } from './source.js';

const bytesOf = (rows: number, columns: number): number => 8 * rows * columns;

/**
 * The empirical NTK of one finite network, the mean over its outputs, on rows x `[n, ...]` and test rows `[m, ...]`.
 *
 * Its methods throw as `empiricalKernel`, `empiricalOperator` and `empiricalCross` do.
 */
export function empiricalSource(x: NdArray, options: EmpiricalOptions, test: NdArray = x): KernelSource {
  const between = async (rows: NdArray, z: NdArray | null, memory: number): Promise<Float64Array> => {
    const { ntk } = await empiricalKernel(rows, { ...options, ...(z === null ? {} : { z }), memory });
    return ntk.data instanceof Float64Array ? ntk.data : Float64Array.from(ntk.data);
  };
  const planned = (rows: NdArray, extra: Partial<EmpiricalOptions>) =>
    planEmpirical(rows, { ...options, ...extra, memory: Number.MAX_VALUE });
  const leastOf = async (rows: NdArray, z: NdArray | null): Promise<number> => {
    const { plan } = await planned(rows, { examples: 1, outputsAtOnce: 1, ...(z === null ? {} : { z }) });
    // A matrix in double precision is what is kept; in single precision it stands beside that.
    return plan.memoryBytes - (plan.precision === 'f64' ? plan.outputBytes : 0);
  };
  return {
    kind: 'empirical',
    rows: x.shape[0],
    testRows: test.shape[0],
    origin: async () => {
      const { plan } = await planned(x, {});
      return { backend: plan.backend, native: libraryIn(plan.algebra) };
    },
    least: async () => Math.max(await leastOf(x, null), await leastOf(test, x)),
    // The budget is for what stands beside the matrix, which is part of the plan here.
    matrix: async (size, budget) => ({
      values: await between(firstExamples(x, size), null, budget + bytesOf(size, size)),
      roundoff: roundoffOf(options.precision),
      compile: 0,
    }),
    operator: (size, memory) => empiricalOperator(firstExamples(x, size), { ...options, memory }),
    rowsOf: (numbers, size, budget) =>
      between(someExamples(x, numbers), firstExamples(x, size), budget + bytesOf(numbers.length, size)),
    cross: async (size, memory) => empiricalCross(test, firstExamples(x, size), { ...options, memory }),
    crossMatrix: (budget) => between(test, x, budget + bytesOf(test.shape[0], x.shape[0])),
    // A device would make the matrix for it.
    testDiagonal: async (memory) => (await empiricalOperator(test, { ...options, backend: 'host', memory })).diagonal(),
    recomputation: () => NOTHING_RECOMPUTED,
  };
}
