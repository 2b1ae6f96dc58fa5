import type { NdArray } from '../data/array.js';
import { NumericalError } from '../errors.js';
import type { Recomputation } from '../operators/recomputed.js';
import { defaultMemory } from '../platform/limits.js';
import { analyticSource } from '../sources/analytic.js';
import { kernelParts } from './parts.js';
import type { CompareOptions } from './types.js';

/**
 * Traces between which squares of the entries of a kernel, and of networks that are some hundred times larger or
 * smaller, are doubles.
 */
const TRACES = { least: 1e-140, most: 1e140 } as const;

/** The analytic kernel, and what each trained layer adds to it. */
export interface AnalyticKernel {
  /** K `[n, n]`. */
  readonly ntk: Float64Array;
  /** Share of each layer in the trace of K, in the order of the paths. */
  readonly shares: readonly number[];
  /** ||sum of the kernels in which one layer is trained - K|| / ||K||, over the entries of `kernelParts`. */
  readonly difference: number;
  /** What came of computing entries of K again by `reference`. */
  readonly recomputation: Recomputation;
}

/** Sum of the diagonal of a matrix `[n, n]`. */
export function traceOf(matrix: ArrayLike<number>, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += matrix[i * (n + 1)];
  return sum;
}

/**
 * NTK of the infinite network `[n, n]` in double precision, and the trace of its part from each layer at `paths` over
 * the whole trace.
 *
 * The part of a layer is the NTK of the network in which that layer alone is trained; the parts add up to K, which is
 * measured. `onKernel` is called when K is there, before its parts are found.
 * @throws NumericalError when K is 0, or so small or large that squares of its entries are not doubles; else as
 * `kernelMatrix`
 */
export async function analyticKernel(
  x: NdArray,
  { architecture, threads, memory = defaultMemory(), native, signal }: CompareOptions,
  paths: readonly string[],
  onKernel: () => void,
): Promise<AnalyticKernel> {
  const given = { ...(threads && { threads }), ...(native && { native }), ...(signal && { signal }) };
  const source = analyticSource(x, { ...given, architecture, backend: 'host', precision: 'f64' });
  const n = source.rows;
  const { values: ntk } = await source.matrix(n, memory - 8 * n * n);
  onKernel();
  const trace = traceOf(ntk, n);
  if (!(trace > 0)) {
    throw new NumericalError(
      `kernel: must not be 0 where finite networks are compared with it, got a trace of ${trace}. Train a layer ` +
        'that reaches the output.',
    );
  }
  if (trace < TRACES.least || trace > TRACES.most) {
    throw new NumericalError(
      `kernel: must have a trace from ${TRACES.least} to ${TRACES.most} for its squares to be doubles, got ` +
        `${trace.toExponential(1)}. Use --scale unit-rows.`,
    );
  }
  const parts = await kernelParts({ x, architecture, paths, ntk, memory, signal });
  return { ntk, ...parts, recomputation: source.recomputation() };
}
