import { InternalError } from '../errors.js';
import type { KernelState } from '../layers/layer.js';
import { lowerLayers } from '../layers/lower.js';
import { verified } from '../programme/verify.js';
import { ProgrammeBuilder } from '../vocabulary/builder.js';
import type { Programme, ValueId } from '../vocabulary/steps.js';
import { checkInput } from './check-input.js';
import type { Architecture, KernelDefinition } from './types.js';

/** Which kernel is wanted. */
export type KernelKind = 'ntk' | 'nngp' | 'both';

/** Inputs of a network: the grid of their positions and the channels at each. */
export interface InputShape {
  /** `[w]` or `[h, w]`; null for vectors. */
  readonly positions: readonly number[] | null;
  /** Numbers at a position; for vectors their length. */
  readonly channels: number;
}

/** The state that enters the first layer. */
function dataState(builder: ProgrammeBuilder, { positions, channels }: InputShape): KernelState {
  return { covariance: builder.inner(), tangent: null, rawChannels: channels, positions };
}

/**
 * The programme of a network on vectors of `input` numbers, or on images: x . z, then the steps of each layer.
 *
 * A value that `kind` does not ask for is null, as is the NTK of a network in which nothing is trained (it is 0). A
 * radial kernel is one step, its NNGP and NTK alike. Source: Jacot, Gabriel, Hongler 2018 (1806.07572), proposition 1
 * and theorem 1. Images given to a network of vectors are to be flattened before: its programme knows no positions.
 * @throws ArchitectureError when the network does not fit the inputs (`checkInput`)
 * @throws InternalError when the channels are not a whole number >= 1
 */
export function lower(definition: KernelDefinition, input: number | InputShape, kind: KernelKind): Programme {
  const shape = typeof input === 'number' ? { positions: null, channels: input } : input;
  const { positions, channels: features } = shape;
  if (!Number.isSafeInteger(features) || features < 1) throw new InternalError(`cannot lower for ${features} features`);
  const builder = new ProgrammeBuilder({ onImages: positions !== null });
  if (definition.format === 'ntk-radial/1') {
    const value = builder.radial(definition.rate, definition.power);
    const outputs = { nngp: kind === 'ntk' ? null : value, ntk: kind === 'nngp' ? null : value };
    return verified({ steps: builder.steps, ...outputs }, 'lowering');
  }
  checkInput(definition, shape);
  const context = { builder, tangent: kind !== 'nngp', lowerLayers };
  const { covariance, tangent } = lowerLayers(definition.layers, dataState(builder, shape), context);
  const programme = { steps: builder.steps, nngp: kind === 'ntk' ? null : covariance, ntk: tangent };
  return verified(positions === null ? programme : { ...programme, positions }, 'lowering');
}

/**
 * The NTK of a network and those of `parts`, which are the same network with other layers trained, as one programme: a
 * step that several of them take is there once, so that covariances and slopes are computed once for all.
 *
 * @throws ArchitectureError when the network does not fit the inputs (`checkInput`)
 */
export function lowerParts(network: Architecture, parts: readonly Architecture[], input: InputShape): Programme {
  checkInput(network, input);
  const { positions } = input;
  const builder = new ProgrammeBuilder({ onImages: positions !== null, shares: true });
  const context = { builder, tangent: true, lowerLayers };
  const tangentOf = ({ layers }: Architecture): ValueId | null =>
    lowerLayers(layers, dataState(builder, input), context).tangent;
  const [ntk, ...values] = [network, ...parts].map(tangentOf);
  return { steps: builder.steps, nngp: null, ntk, parts: values, ...(positions && { positions }) };
}
