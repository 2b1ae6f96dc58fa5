import { activation } from './activation.js';

/** Cosine: phi(a) = cos(a). */
export interface CosLayer {
  readonly kind: 'cos';
}

/**
 * E[phi phi] = exp(-(K11 + K22)/2) cosh(K12), E[phi' phi'] = exp(-(K11 + K22)/2) sinh(K12).
 *
 * Source: Louart, Liao, Couillet 2018, arXiv:1702.05419, table 1.
 */
export const cos = activation<CosLayer>({
  kind: 'cos',
  summary: 'phi(a) = cos(a)',
  reference: 'Louart, Liao, Couillet 2018, arXiv:1702.05419, table 1',
  fields: {},
  phi: () => ({ map: 'cosine' }),
});
