import type { NdArray } from '../data/array.js';
import { firstExamples, someExamples } from '../data/examples.js';
import { computedCross } from '../kernel/cross.js';
import { kernelInto } from '../kernel/matrix.js';
import { computedOperator } from '../kernel/operator.js';
import { leastMemory, planKernel } from '../kernel/plan.js';
import type { KernelOptions } from '../kernel/types.js';
import { type Recomputation, recomputationOf, recomputationOfAll } from '../operators/recomputed.js';
import { type KernelSource, roundoffOf, type SourceMatrix } from './source.js';

/**
 * The kernel of an infinitely wide network, or a radial one, on rows x `[n, ...]` and test rows `[m, ...]`.
 *
 * Its methods throw as `kernelMatrix`, `computedOperator` and `computedCross` do.
 */
export function analyticSource(x: NdArray, options: KernelOptions, test: NdArray = x): KernelSource {
  const recomputations: (() => Recomputation | undefined)[] = [];
  const into = async (rows: NdArray, z: NdArray | null, memory: number): Promise<SourceMatrix> => {
    const columns = (z ?? rows).shape[0];
    const values = new Float64Array(rows.shape[0] * columns);
    const run = await kernelInto(values, rows, { ...options, ...(z === null ? {} : { z }), memory });
    recomputations.push(() => recomputationOf(run));
    return { values, roundoff: roundoffOf(options.precision), compile: run.stages.compile };
  };
  const watched = async <T extends { readonly recomputation?: Recomputation }>(opening: Promise<T>): Promise<T> => {
    const operator = await opening;
    recomputations.push(() => operator.recomputation);
    return operator;
  };
  return {
    kind: 'analytic',
    rows: x.shape[0],
    testRows: test.shape[0],
    origin: () => planKernel(x, { ...options, memory: Number.MAX_VALUE }),
    least: async () => Math.max(await leastMemory(x, options), await leastMemory(test, { ...options, z: x })),
    matrix: (size, budget) => into(firstExamples(x, size), null, budget),
    operator: (size, memory) => watched(computedOperator(firstExamples(x, size), { ...options, memory })),
    rowsOf: async (numbers, size, budget) =>
      (await into(someExamples(x, numbers), firstExamples(x, size), budget)).values,
    cross: (size, memory) => watched(computedCross(test, firstExamples(x, size), { ...options, memory })),
    crossMatrix: async (budget) => (await into(test, x, budget)).values,
    testDiagonal: async (memory) => {
      const operator = await watched(computedOperator(test, { ...options, memory }));
      try {
        return await operator.diagonal();
      } finally {
        await operator.close();
      }
    },
    recomputation: () => recomputationOfAll(recomputations.flatMap((one) => one() ?? [])),
  };
}
