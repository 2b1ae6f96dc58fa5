import type { NdArray } from '../../data/array.js';
import { empiricalOperator } from '../../empirical/operator.js';
import type { SymmetricOperator } from '../../operators/operator.js';
import type { ComputeOptions } from '../options/compute.js';
import type { FiniteFlags } from '../options/finite.js';
import type { Variant } from '../options/sweep.js';
import { finiteOptions, withWeights } from './finite-options.js';

/** The empirical NTK of one network, never stored. */
export async function finiteOperator(
  compute: ComputeOptions,
  finite: FiniteFlags,
  { definition }: Variant,
  x: NdArray,
  signal: AbortSignal,
): Promise<SymmetricOperator> {
  return empiricalOperator(x, await withWeights(finiteOptions(definition, finite, compute, signal), finite, x));
}
