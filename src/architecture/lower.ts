import { InternalError } from '../errors.js';
import { lowerLayers } from '../layers/lower.js';
import { ProgrammeBuilder } from '../programme/builder.js';
import type { Programme } from '../programme/steps.js';
import type { KernelDefinition } from './types.js';

/** Which kernel is wanted. */
export type KernelKind = 'ntk' | 'nngp' | 'both';

/**
 * The programme of a network on vectors of `features` numbers: x . z, then the steps of each layer.
 *
 * A value that `kind` does not ask for is null, as is the NTK of a network in which nothing is trained (it is 0). A radial kernel is one step,
 * its NNGP and NTK alike. Source: Jacot, Gabriel, Hongler 2018 (1806.07572), proposition 1 and theorem 1.
 * @throws InternalError when `features` is not a whole number >= 1
 */
export function lower(definition: KernelDefinition, features: number, kind: KernelKind): Programme {
  if (!Number.isSafeInteger(features) || features < 1) throw new InternalError(`cannot lower for ${features} features`);
  const builder = new ProgrammeBuilder();
  if (definition.format === 'ntk-radial/1') {
    const value = builder.radial(definition.rate, definition.power);
    return {
      steps: builder.steps,
      nngp: kind === 'ntk' ? null : value,
      ntk: kind === 'nngp' ? null : value,
    };
  }
  const start = { covariance: builder.inner(), tangent: null, rawChannels: features };
  const context = { builder, tangent: kind !== 'nngp', lowerLayers };
  const { covariance, tangent } = lowerLayers(definition.layers, start, context);
  return { steps: builder.steps, nngp: kind === 'ntk' ? null : covariance, ntk: tangent };
}
