import { activation } from './activation.js';

/** Identity, for linear networks: phi(a) = a. */
export interface IdentityLayer {
  readonly kind: 'identity';
}

/**
 * S' = S, T' = T: no step at all. It counts as an activation: its output is to be followed by a dense layer.
 *
 * Source: Saxe, McClelland, Ganguli 2014, arXiv:1312.6120 (deep linear networks).
 */
export const identity = activation<IdentityLayer>({
  kind: 'identity',
  summary: 'phi(a) = a',
  reference: 'Saxe, McClelland, Ganguli 2014, arXiv:1312.6120 (deep linear networks)',
  fields: {},
  phi: () => null,
});
