import type { WeightFields } from '../vocabulary/operations.js';
import { choiceField } from './fields.js';
import type { LayerDefinition } from './layer.js';
import { checkWeights, finiteWeights, lowerWeights, WEIGHT_FIELDS } from './weights.js';

/** Fully connected layer: g = w / sqrt(fan) W h + b B, on images at every position alike. */
export interface DenseLayer extends WeightFields {
  readonly kind: 'dense';
  /** Law of W in the finite network; both have the same limit (Huang, Du, Xu 2020, 2004.05867). */
  readonly init: 'gaussian' | 'orthogonal';
}

/**
 * S' = s S + b^2 [biasInit normal], T' = s T + t (s S + b^2), s = w^2 (over C0 channels of raw data if fan-in), t =
 * train.
 *
 * Source: Jacot, Gabriel, Hongler 2018 (1806.07572), proposition 1 and theorem 1; b from 0 as in Geifman et al. 2020
 * (2007.01580).
 */
export const dense: LayerDefinition<DenseLayer> = {
  kind: 'dense',
  summary: 'g = w/sqrt(fan) W h + b B',
  reference: 'Jacot, Gabriel, Hongler 2018, arXiv:1806.07572, proposition 1 and theorem 1',
  drawsWeights: true,
  fields: { ...WEIGHT_FIELDS, init: choiceField(['gaussian', 'orthogonal'], 'gaussian') },
  trainWeight: (layer) => Number(layer.train),
  check: checkWeights,
  lower: (layer, state, context) => lowerWeights(layer, state, context),
  finite: (layer, shape, context) => finiteWeights(layer, shape, context),
};
