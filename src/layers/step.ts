import { activation } from './activation.js';

/** Threshold: phi(a) = 1 for a > 0, else 0. */
export interface StepLayer {
  readonly kind: 'step';
}

/**
 * E[phi phi] = (pi - acos u) / (2 pi), u = K12 / sqrt(K11 K22); there is no NTK behind trained layers, as phi' is a
 * delta.
 *
 * Source: Cho, Saul 2009 (Kernel methods for deep learning), eq. 3-6, n = 0.
 */
export const step = activation<StepLayer>({
  kind: 'step',
  summary: 'phi(a) = 1 for a > 0, else 0',
  reference: 'Cho, Saul 2009 (Kernel methods for deep learning), eq. 3-6, n = 0',
  fields: {},
  phi: () => ({ map: 'heaviside' }),
  tangentless:
    'step has no NTK when anything before it is trained, got trained layers below. Ask for the NNGP (--kind nngp), ' +
    'or set "train": false in all layers below.',
});
