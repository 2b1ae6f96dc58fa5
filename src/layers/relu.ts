import { activation } from './activation.js';

/** Rectifier, without a scale of its own: phi(a) = max(a, 0), phi'(0) = 0. */
export interface ReluLayer {
  readonly kind: 'relu';
}

/**
 * E[phi phi] = v k1(u) / 2 and E[phi' phi'] = k0(u) / 2 with v = sqrt(K11 K22), u = K12 / v.
 *
 * Source: Cho, Saul 2009 (Kernel methods for deep learning), eq. 3-6, n = 1 and n = 0.
 */
export const relu = activation<ReluLayer>({
  kind: 'relu',
  summary: 'phi(a) = max(a, 0)',
  reference: 'Cho, Saul 2009 (Kernel methods for deep learning), eq. 3-6, n = 1 and n = 0',
  fields: {},
  phi: () => ({ map: 'piecewiseLinear', even: 0.5, odd: 0.5 }),
});
