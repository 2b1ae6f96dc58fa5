import { onePart } from './finite.js';
import { requireGaussian } from './gaussian.js';
import type { LayerDefinition } from './layer.js';

/** Layer normalisation without mean, epsilon or parameters: h / sqrt(mean_c h^2), and 0/0 = 0. */
export interface LayerNormLayer {
  readonly kind: 'layerNorm';
}

/**
 * S' = S / sqrt(Sx Sz), T' = T / sqrt(Sx Sz); the root of the mean square is a constant in the limit.
 *
 * Source: Ba, Kiros, Hinton 2016, arXiv:1607.06450 (without its mean, gain and bias); Yang 2020, arXiv:2006.14548.
 */
export const layerNorm: LayerDefinition<LayerNormLayer> = {
  kind: 'layerNorm',
  summary: 'h / sqrt(mean_c h^2)',
  reference: 'Ba, Kiros, Hinton 2016, arXiv:1607.06450; its limit Yang 2020, arXiv:2006.14548',
  drawsWeights: false,
  fields: {},
  trainWeight: () => null,
  check(_layer, signal, context) {
    return requireGaussian('layerNorm', signal, context) ? signal : { ...signal, law: 'unknown', raw: false };
  },
  lower(_layer, { covariance, tangent, positions }, { builder }) {
    return {
      covariance: builder.normalise(covariance, covariance),
      tangent: tangent === null ? null : builder.normalise(tangent, covariance),
      rawChannels: null,
      positions,
    };
  },
  finite: (_layer, shape) => onePart({ op: 'normalise', from: shape, to: shape }),
};
