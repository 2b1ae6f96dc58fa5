import type { KernelDefinition } from '../../architecture/types.js';
import type { NdArray } from '../../data/array.js';
import { firstExamples, someExamples } from '../../data/examples.js';
import { empiricalCross } from '../../empirical/cross.js';
import { empiricalKernel } from '../../empirical/kernel.js';
import { empiricalOperator } from '../../empirical/operator.js';
import { planEmpirical } from '../../empirical/plan.js';
import type { EmpiricalOptions } from '../../empirical/types.js';
import { libraryIn } from '../../linalg/algebra.js';
import type { ComputeOptions } from '../options/compute.js';
import type { FiniteFlags } from '../options/finite.js';
import { finiteOptions, withWeights } from './finite-options.js';
import { type Kernels, roundoffOf } from './regress-source.js';

/** Kernels of one finite network: the empirical NTK of training rows x and test rows. */
export async function finiteKernels(
  x: NdArray,
  test: NdArray,
  definition: KernelDefinition,
  network: FiniteFlags,
  compute: ComputeOptions,
  signal: AbortSignal,
): Promise<Kernels> {
  const options = await withWeights(finiteOptions(definition, network, compute, signal), network, x);
  const between = async (rows: NdArray, z: NdArray | null, memory: number): Promise<Float64Array> => {
    const { ntk } = await empiricalKernel(rows, { ...options, ...(z === null ? {} : { z }), memory });
    return ntk.data instanceof Float64Array ? ntk.data : Float64Array.from(ntk.data);
  };
  const bytesOf = (rows: number, columns: number): number => 8 * rows * columns;
  const planned = (rows: NdArray, extra: Partial<EmpiricalOptions>) =>
    planEmpirical(rows, { ...options, ...extra, memory: Number.MAX_VALUE });
  const leastOf = async (rows: NdArray, z: NdArray | null): Promise<number> => {
    const { plan } = await planned(rows, { examples: 1, outputsAtOnce: 1, ...(z === null ? {} : { z }) });
    // A matrix in double precision is what is kept; in single precision it stands beside that.
    return plan.memoryBytes - (plan.precision === 'f64' ? plan.outputBytes : 0);
  };
  return {
    origin: async () => {
      const { plan } = await planned(x, {});
      return { backend: plan.backend, native: libraryIn(plan.algebra) };
    },
    least: async () => Math.max(await leastOf(x, null), await leastOf(test, x)),
    // The room is what is left beside the matrix, which is part of the plan here.
    matrix: async (size, room) => ({
      values: await between(firstExamples(x, size), null, room + bytesOf(size, size)),
      roundoff: roundoffOf(compute.precision),
      run: null,
    }),
    operator: (size, memory) => empiricalOperator(firstExamples(x, size), { ...options, memory }),
    rows: (numbers, size, room) =>
      between(someExamples(x, numbers), firstExamples(x, size), room + bytesOf(numbers.length, size)),
    cross: async (size, memory) => empiricalCross(test, firstExamples(x, size), { ...options, memory }),
    crossMatrix: (room) => between(test, x, room + bytesOf(test.shape[0], x.shape[0])),
    testDiagonal: async (memory) => (await empiricalOperator(test, { ...options, memory })).diagonal(),
    recomputation: () => ({ recomputed: null, warnings: [] }),
  };
}
