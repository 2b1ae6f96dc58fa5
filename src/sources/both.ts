import type { NdArray } from '../data/array.js';
import { firstExamples } from '../data/examples.js';
import { MemoryError } from '../errors.js';
import { kernelMatrix } from '../kernel/matrix.js';
import type { KernelOptions, KernelRun } from '../kernel/types.js';
import { DenseOperator, type SymmetricOperator } from '../operators/operator.js';
import { type Recomputation, recomputationOf } from '../operators/recomputed.js';
import { analyticSource } from './analytic.js';
import { type KernelSource, roundoffOf } from './source.js';

/** The two kernels of one network. */
export interface BothSources {
  /** Of the neural tangent kernel. */
  readonly ntk: KernelSource;
  /** Of the kernel of the network at initialisation. */
  readonly nngp: KernelSource;
}

/** Both matrices of the first `size` rows, from one pass. */
interface Pass {
  readonly size: number;
  readonly run: KernelRun;
  readonly ntk: Float64Array;
  readonly nngp: Float64Array;
}

const doubles = (values: ArrayLike<number>): Float64Array =>
  values instanceof Float64Array ? values : Float64Array.from(values);

/** A matrix of the pass as an operator that tells what computed it. */
function operatorOf(a: Float64Array, { size, run }: Pass, recomputation: Recomputation): SymmetricOperator {
  const { backend, native, precision } = run.plan;
  const dense = new DenseOperator(a, size);
  return {
    size,
    description: `computed on ${backend}`,
    roundoff: roundoffOf(precision),
    backend,
    native,
    recomputation,
    apply: (x, columns) => dense.apply(x, columns),
    diagonal: () => dense.diagonal(),
    entries: () => dense.entries(),
    close: () => dense.close(),
  };
}

/**
 * NTK and NNGP kernel of a network on rows x `[n, ...]`: where memory holds both matrices, `operator` of the first that
 * is asked computes both in one pass; else each alone, as `analyticSource` does.
 *
 * The NNGP is a by-product of the NTK: one pass takes the time of the NTK alone. Throws as `analyticSource` does.
 */
export function bothSources(x: NdArray, options: KernelOptions): BothSources {
  let pass: Promise<Pass | null> | null = null;
  const compute = async (size: number, memory: number): Promise<Pass | null> => {
    try {
      // A copy of each for a decomposition, and what it works with.
      const room = memory - 4 * 8 * size * size;
      if (room <= 0) return null;
      const { run, ntk, nngp } = await kernelMatrix(firstExamples(x, size), { ...options, kind: 'both', memory: room });
      return { size, run, ntk: doubles(ntk.data), nngp: doubles(nngp.data) };
    } catch (error) {
      if (error instanceof MemoryError) return null;
      throw error;
    }
  };
  const sourceOf = (kind: 'ntk' | 'nngp'): KernelSource => {
    const own = analyticSource(x, { ...options, kind });
    return {
      ...own,
      operator: async (size, memory) => {
        pass ??= compute(size, memory);
        const found = await pass;
        if (found === null || found.size !== size) return own.operator(size, memory);
        return operatorOf(found[kind], found, recomputationOf(found.run));
      },
    };
  };
  return { ntk: sourceOf('ntk'), nngp: sourceOf('nngp') };
}
