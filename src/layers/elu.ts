import { activation } from './activation.js';

/** Exponential linear unit with alpha = 1: phi(a) = a for a > 0, else exp(a) - 1. */
export interface EluLayer {
  readonly kind: 'elu';
}

/**
 * E[phi phi] is a sum of bivariate normal probabilities; see the scalar map `elu`.
 *
 * Source: Tsuchida, Pearce, van der Heide, Roosta, Gallagher 2020, arXiv:2002.08517, proposition on the ELU kernel.
 */
export const elu = activation<EluLayer>({
  kind: 'elu',
  summary: 'phi(a) = a for a > 0, else exp(a) - 1',
  reference: 'Tsuchida, Pearce, van der Heide, Roosta, Gallagher 2020, arXiv:2002.08517, proposition on the ELU kernel',
  fields: {},
  phi: () => ({ map: 'elu' }),
});
