import type { Output } from '../backend/tasks.js';
import type { KernelKind } from './types.js';

/** The kernels of a kind, in the order in which tiles hold them. */
export function outputsOf(kind: KernelKind): Output[] {
  return kind === 'both' ? ['ntk', 'nngp'] : [kind];
}
