import type { ScalarMap } from '../vocabulary/steps.js';
import type { FieldTable } from './fields.js';
import { onePart } from './finite.js';
import { requireGaussian } from './gaussian.js';
import type { LayerDefinition, Signal } from './layer.js';
import type { LayerNode } from './node.js';

/** What sets one activation apart from the others. */
export interface ActivationOptions<T extends LayerNode> {
  readonly kind: T['kind'];
  readonly summary: string;
  readonly reference: string;
  readonly fields: FieldTable<T>;
  /** phi, entry by entry; null for the identity, which needs no step. */
  phi(layer: T): ScalarMap | null;
  /** Why there is no NTK behind trained layers; null when there is one. */
  readonly tangentless?: string;
}

/**
 * The layer that applies phi to every channel: S' = E[phi(a) phi(b)], T' = T E[phi'(a) phi'(b)], (a, b) ~ N(0, S).
 *
 * Its input must be Gaussian, its output is not. Source: Lee et al. 2018 (1711.00165) eq. 5 for S; Jacot et al. 2018
 * (1806.07572) theorem 1 for T.
 */
export function activation<T extends LayerNode>(options: ActivationOptions<T>): LayerDefinition<T> {
  const { kind, summary, reference, fields, phi, tangentless } = options;
  return {
    kind,
    summary,
    reference,
    fields,
    drawsWeights: false,
    trainWeight: () => null,
    check(_layer, signal, context): Signal {
      requireGaussian(kind, signal, context);
      if (tangentless !== undefined && context.tangent && signal.trained) context.report(context.path, tangentless);
      return { ...signal, law: 'other', raw: false };
    },
    lower(layer, state, { builder }) {
      const map = phi(layer);
      if (map === null) return state;
      const { covariance, tangent } = state;
      return {
        covariance: builder.dual(covariance, map),
        tangent: tangent === null ? null : builder.product(tangent, builder.dualDerivative(covariance, map)),
        rawChannels: null,
        positions: state.positions,
      };
    },
    finite(layer, shape) {
      const map = phi(layer);
      return map === null ? { operations: [], shape } : onePart({ op: 'map', phi: map, from: shape, to: shape });
    },
  };
}
