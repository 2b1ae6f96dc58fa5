import { activation } from './activation.js';

/** Gaussian error linear unit, the exact one: phi(a) = a Phi(a). */
export interface GeluLayer {
  readonly kind: 'gelu';
}

/**
 * E[phi phi] = ((K12^2 + K11 K22 D^2) / (p D) + K12 atan2(K12, D)) / (2 pi) + K12 / 4, p = (1 + K11)(1 + K22), D =
 * sqrt(p - K12^2).
 *
 * Source: Tsuchida, Pearce, van der Heide, Roosta, Gallagher 2020, arXiv:2002.08517, proposition on the GELU kernel.
 */
export const gelu = activation<GeluLayer>({
  kind: 'gelu',
  summary: 'phi(a) = a Phi(a), Phi the normal distribution function',
  reference:
    'Tsuchida, Pearce, van der Heide, Roosta, Gallagher 2020, arXiv:2002.08517, proposition on the GELU kernel',
  fields: {},
  phi: () => ({ map: 'gelu' }),
});
