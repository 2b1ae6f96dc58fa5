import { activation } from './activation.js';

/** Sine: phi(a) = sin(a). */
export interface SinLayer {
  readonly kind: 'sin';
}

/**
 * E[phi phi] = exp(-(K11 + K22)/2) sinh(K12), E[phi' phi'] = exp(-(K11 + K22)/2) cosh(K12).
 *
 * Source: Louart, Liao, Couillet 2018, arXiv:1702.05419, table 1.
 */
export const sin = activation<SinLayer>({
  kind: 'sin',
  summary: 'phi(a) = sin(a)',
  reference: 'Louart, Liao, Couillet 2018, arXiv:1702.05419, table 1',
  fields: {},
  phi: () => ({ map: 'sine' }),
});
