import { activation } from './activation.js';

/** Error function: phi(a) = erf(a). */
export interface ErfLayer {
  readonly kind: 'erf';
}

/**
 * E[phi phi] = (2/pi) asin(2 K12 / sqrt((1 + 2 K11)(1 + 2 K22))), E[phi' phi'] = (4/pi) / sqrt((1 + 2 K11)(1 + 2 K22) -
 * 4 K12^2).
 *
 * Source: Williams 1997 (Computing with infinite networks), eq. 11.
 */
export const erf = activation<ErfLayer>({
  kind: 'erf',
  summary: 'phi(a) = erf(a)',
  reference: 'Williams 1997 (Computing with infinite networks), eq. 11',
  fields: {},
  phi: () => ({ map: 'erf' }),
});
