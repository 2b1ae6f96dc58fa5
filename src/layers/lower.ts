import { InternalError } from '../errors.js';
import { definitionOf } from './index.js';
import type { KernelState, LoweringContext } from './layer.js';
import type { LayerNode } from './node.js';

/**
 * Lowers layers one after the other and returns the state that leaves the last one.
 *
 * The call depth is that of the nesting, not of the network.
 * @throws InternalError for a kind that the table does not hold, which parsing refuses
 */
export function lowerLayers(layers: readonly LayerNode[], state: KernelState, context: LoweringContext): KernelState {
  let current = state;
  for (const layer of layers) {
    const definition = definitionOf(layer.kind);
    if (definition === null) throw new InternalError(`no layer of kind ${layer.kind} to lower`);
    current = definition.lower(layer, current, context);
  }
  return current;
}
