import { innerLayers } from '../architecture/check-input.js';
import type { Architecture } from '../architecture/types.js';
import type { NdArray } from '../data/array.js';
import { NumericalError } from '../errors.js';
import { kernelMatrix } from '../kernel/matrix.js';
import type { Layer } from '../layers/index.js';
import type { LayerNode } from '../layers/node.js';
import { type Recomputation, recomputationOf, recomputationOfAll } from '../operators/recomputed.js';
import { distanceAndNorm } from './statistics.js';
import type { CompareOptions } from './types.js';

/** Traces between which squares of the entries of a kernel, and of networks that are some hundred times larger or smaller, are doubles. */
const TRACES = { least: 1e-140, most: 1e140 } as const;

/** The analytic kernel, and what each trained layer adds to it. */
export interface AnalyticKernel {
  /** K `[n, n]`. */
  readonly ntk: Float64Array;
  /** Share of each layer in the trace of K, in the order of the paths. */
  readonly shares: readonly number[];
  /** ||sum of the kernels in which one layer is trained - K|| / ||K||. */
  readonly difference: number;
  /** What came of computing entries of all these kernels again by `reference`. */
  readonly recomputation: Recomputation;
}

function freezeLayers(layers: readonly LayerNode[], path: string, trained: string): readonly LayerNode[] {
  return layers.map((layer, i) => {
    const here = `${path}[${i}]`;
    const inner = innerLayers(layer).map(([name, list]) => [name, freezeLayers(list, `${here}.${name}`, trained)]);
    const train = 'train' in layer && here !== trained ? { train: false } : {};
    return { ...layer, ...train, ...Object.fromEntries(inner) };
  });
}

/** The same network with every layer frozen but the one at `path`. */
export function onlyTrained(architecture: Architecture, path: string): Architecture {
  return { ...architecture, layers: freezeLayers(architecture.layers, 'layers', path) as readonly Layer[] };
}

/** Sum of the diagonal of a matrix `[n, n]`. */
export function traceOf(matrix: ArrayLike<number>, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += matrix[i * (n + 1)];
  return sum;
}

/**
 * NTK of the infinite network `[n, n]` in double precision, and the trace of its part from each layer at `paths` over the whole trace.
 *
 * The part of a layer is the NTK of the network in which that layer alone is trained; the parts add up to K, which is measured.
 * @throws NumericalError when K is 0, or so small or large that squares of its entries are not doubles; else as `kernelMatrix`
 */
export async function analyticKernel(
  x: NdArray,
  { architecture, threads, memory, native, signal }: CompareOptions,
  paths: readonly string[],
  onKernel: (finished: number) => void,
): Promise<AnalyticKernel> {
  const given = { ...(threads && { threads }), ...(memory && { memory }), ...(native && { native }) };
  const common = { ...given, ...(signal && { signal }), backend: 'host', precision: 'f64' } as const;
  const recomputations: Recomputation[] = [];
  const compute = async (network: Architecture): Promise<Float64Array> => {
    const { ntk: kernel, run } = await kernelMatrix(x, { ...common, architecture: network });
    recomputations.push(recomputationOf(run));
    return Float64Array.from(kernel.data);
  };
  const ntk = await compute(architecture);
  onKernel(1);
  const n = x.shape[0];
  const trace = traceOf(ntk, n);
  if (!(trace > 0)) {
    throw new NumericalError(
      `kernel: must not be 0 where finite networks are compared with it, got a trace of ${trace}. Train a layer that reaches the output.`,
    );
  }
  if (trace < TRACES.least || trace > TRACES.most) {
    throw new NumericalError(
      `kernel: must have a trace from ${TRACES.least} to ${TRACES.most} for its squares to be doubles, got ${trace.toExponential(1)}. Use --scale unit-rows.`,
    );
  }
  const sum = new Float64Array(n * n);
  const shares: number[] = [];
  for (const [i, path] of paths.entries()) {
    const part = paths.length === 1 ? ntk : await compute(onlyTrained(architecture, path));
    for (let k = 0; k < sum.length; k++) sum[k] += part[k];
    shares.push(traceOf(part, n) / trace);
    onKernel(i + 2);
  }
  const [distance, norm] = distanceAndNorm(sum, ntk);
  return { ntk, shares, difference: distance / norm, recomputation: recomputationOfAll(recomputations) };
}
