import { activation } from './activation.js';
import { rangeField } from './fields.js';

/** Leaky rectifier: phi(a) = a for a > 0, else slope a; phi'(0) = 0. */
export interface LeakyReluLayer {
  readonly kind: 'leakyRelu';
  /** Slope for a < 0, from -1 (abs) to 1 (identity). */
  readonly slope: number;
}

/**
 * phi(a) = (1-c)/2 |a| + (1+c)/2 a; E[phi phi] = v ((1-c)^2 (sin t + (pi-t) cos t) / (2 pi) + c cos t), t =
 * acos(K12/v), c = slope.
 *
 * Source: Tsuchida, Roosta, Gallagher 2018, arXiv:1711.09090.
 */
export const leakyRelu = activation<LeakyReluLayer>({
  kind: 'leakyRelu',
  summary: 'phi(a) = a for a > 0, else slope a',
  reference: 'Tsuchida, Roosta, Gallagher 2018, arXiv:1711.09090',
  fields: { slope: rangeField(-1, 1, 'Give the slope for negative inputs, e.g. "slope": 0.01.') },
  phi: ({ slope }) => ({ map: 'piecewiseLinear', even: (1 - slope) / 2, odd: (1 + slope) / 2 }),
});
