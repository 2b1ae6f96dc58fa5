import { presetArchitecture } from '../../architecture/presets.js';
import { parseRadial } from '../../architecture/radial.js';
import type { KernelDefinition } from '../../architecture/types.js';
import { InternalError } from '../../errors.js';

/** Dimensions d of the spheres in R^d on which decays are measured. */
export const DIMS = [2, 3, 5] as const;

/** The fully connected network of some hidden layers. */
export function fullyConnected(depth: number, bias = 0): KernelDefinition {
  return presetArchitecture('fc', { depth, bias });
}

/** exp(-rate |x - z|). */
export function laplaceKernel(rate: number): KernelDefinition {
  const kernel = parseRadial(`laplace:${rate}`);
  if (kernel === null) throw new InternalError(`laplace:${rate} must be a kernel`);
  return kernel;
}
