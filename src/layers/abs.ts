import { activation } from './activation.js';

/** Absolute value: phi(a) = |a|, phi'(0) = 0. */
export interface AbsLayer {
  readonly kind: 'abs';
}

/**
 * E[phi phi] = v (2 k1(u) - u) and E[phi' phi'] = 2 k0(u) - 1 with v = sqrt(K11 K22), u = K12 / v.
 *
 * Source: Cho, Saul 2009 (Kernel methods for deep learning), eq. 3-6, as relu(a) + relu(-a).
 */
export const abs = activation<AbsLayer>({
  kind: 'abs',
  summary: 'phi(a) = |a|',
  reference: 'Cho, Saul 2009 (Kernel methods for deep learning), eq. 3-6, as relu(a) + relu(-a)',
  fields: {},
  phi: () => ({ map: 'piecewiseLinear', even: 1, odd: 0 }),
});
