import type { KernelDefinition } from '../architecture/types.js';
import type { NdArray } from '../data/array.js';
import type { EmpiricalOptions } from '../empirical/types.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { finiteNetwork } from '../network/network.js';
import { loadWeights } from '../network/weight-files.js';
import type { ComputeOptions } from './options/compute.js';
import { type FiniteFlags, networkOf } from './options/finite.js';

/** Flags of a finite network and of the computation as options of the library, without weights. */
export function finiteOptions(
  definition: KernelDefinition,
  { width, init, outputs }: FiniteFlags,
  { precision, backend, native, seed, threads, memory }: ComputeOptions,
  signal: AbortSignal,
): EmpiricalOptions {
  return {
    architecture: networkOf(definition),
    ...{ precision, backend, native, seed, signal },
    ...(threads === undefined ? {} : { threads }),
    ...(memory === undefined ? {} : { memory }),
    ...(width === null ? {} : { width }),
    ...(outputs === null ? {} : { outputs }),
    ...(init === null ? {} : { init }),
  };
}

/** The same with the weights of a file, where one was given, for inputs like x. */
export async function withWeights(
  options: EmpiricalOptions,
  { weights }: FiniteFlags,
  { shape }: NdArray,
): Promise<EmpiricalOptions> {
  if (weights === null) return options;
  const network = finiteNetwork(options.architecture, shape, options);
  return { ...options, weights: await loadWeights(weights, network, options.precision ?? COMPUTE_DEFAULTS.precision) };
}
