import type { NdArray } from '../data/array.js';
import type { Progress } from '../kernel/types.js';
import type { KernelSource } from '../sources/source.js';
import { finiteOptions, withWeights } from './finite-options.js';
import type { ComputeOptions } from './options/compute.js';
import type { FiniteFlags } from './options/finite.js';
import type { Variant } from './options/sweep.js';

/** A kernel of data, as flags ask for it. */
export interface AskedKernel {
  readonly variant: Variant;
  readonly compute: ComputeOptions;
  /** The finite network whose empirical NTK is meant; null: the infinite one. */
  readonly finite: FiniteFlags | null;
  readonly x: NdArray;
  /** Test rows; absent without. */
  readonly test?: NdArray;
  readonly signal: AbortSignal;
  /** Takes what a product with a kernel in closed form tells. */
  readonly onProgress?: (progress: Progress) => void;
}

async function analytic({ variant, compute, x, test, signal, onProgress }: AskedKernel): Promise<KernelSource> {
  const { seed: _seed, memory: _memory, kind, ...options } = compute;
  const { analyticSource } = await import('../sources/analytic.js');
  const wanted = {
    ...options,
    architecture: variant.definition,
    kind: kind === 'nngp' ? ('nngp' as const) : ('ntk' as const),
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  return analyticSource(x, wanted, test);
}

/** Both kernels of an infinitely wide network, in one pass where memory holds them. */
export async function bothKernelSources({ variant, compute, x, signal, onProgress }: AskedKernel) {
  const { seed: _seed, memory: _memory, kind: _kind, ...options } = compute;
  const { bothSources } = await import('../sources/both.js');
  const watched = onProgress === undefined ? {} : { onProgress };
  return bothSources(x, { ...options, architecture: variant.definition, signal, ...watched });
}

async function empirical(asked: AskedKernel, finite: FiniteFlags): Promise<KernelSource> {
  const { variant, compute, x, test, signal } = asked;
  const { empiricalSource } = await import('../sources/empirical.js');
  const options = await withWeights(finiteOptions(variant.definition, finite, compute, signal), finite, x);
  return empiricalSource(x, options, test);
}

/** The kernel that flags ask for. Its code is loaded only then: the memory budget counts code as well. */
export function kernelSource(asked: AskedKernel): Promise<KernelSource> {
  return asked.finite === null ? analytic(asked) : empirical(asked, asked.finite);
}
