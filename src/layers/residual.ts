import type { UnitShape } from '../vocabulary/operations.js';
import { layersField, scaleField } from './fields.js';
import { type FiniteContext, type FinitePart, onePart } from './finite.js';
import { sumGrid } from './grid.js';
import type { CheckContext, KernelState, LayerDefinition, LoweringContext, Signal } from './layer.js';
import type { LayerNode } from './node.js';

/** Sum of two paths from the same state: skip(h) + alpha branch(h). */
export interface ResidualLayer {
  readonly kind: 'residual';
  /** Weight of the branch. */
  readonly alpha: number;
  /** Layers of the branch; the last one draws weights, so that branch and skip are independent. */
  readonly branch: readonly LayerNode[];
  /** Layers of the skip; none is the identity. */
  readonly skip: readonly LayerNode[];
}

function checkBranchEnd(branch: readonly LayerNode[], context: CheckContext): void {
  const last = branch.at(-1);
  if (last !== undefined && context.drawsWeights(last) !== false) return;
  context.report(
    last === undefined ? `${context.path}.branch` : `${context.path}.branch[${branch.length - 1}]`,
    'a residual branch must end in dense or conv (its output would correlate with the skip), got ' +
      `${last?.kind ?? 'an empty list'}. Add a dense layer at its end.`,
  );
}

function check(layer: ResidualLayer, signal: Signal, context: CheckContext): Signal {
  const branch = context.checkLayers(layer.branch, signal, `${context.path}.branch`);
  const skip = context.checkLayers(layer.skip, signal, `${context.path}.skip`);
  checkBranchEnd(layer.branch, context);
  if (branch.width !== null && skip.width !== null && branch.width !== skip.width) {
    context.report(
      context.path,
      `branch and skip must have the same shape, got widths ${branch.width} and ${skip.width}. Give their last ` +
        'dense layers the same width, or leave it out.',
    );
  }
  const laws = [branch.law, skip.law];
  const isGaussian = laws.every((law) => law === 'gaussian');
  return {
    law: laws.includes('unknown') ? 'unknown' : isGaussian ? 'gaussian' : 'other',
    raw: false,
    trained: skip.trained || (layer.alpha > 0 && branch.trained),
    width: skip.width ?? branch.width,
    grid: sumGrid(branch.grid, skip.grid, context),
  };
}

/** The other summand has as many channels as the skip: those that reach it where the skip draws none of its own. */
function finite(layer: ResidualLayer, from: UnitShape, context: FiniteContext): FinitePart {
  const { path, required, report } = context;
  const keeps = context.keepsChannels(layer.skip);
  const open = keeps || context.widthOf(layer.skip) !== null ? null : context.widthOf(layer.branch);
  const skip = context.build(layer.skip, from, `${path}.skip`, required ?? open);
  const { channels } = skip.shape;
  if (keeps && required !== null && channels !== required) {
    report(
      path,
      `must have as many channels as its skip carries, ${channels}, got ${required} that are asked for behind it. ` +
        'Put dense layers into the skip, or one before the sum.',
    );
  }
  const branch = context.build(layer.branch, from, `${path}.branch`, channels);
  return onePart({
    op: 'sum',
    alpha: layer.alpha,
    branch: branch.operations,
    skip: skip.operations,
    from,
    to: skip.shape,
  });
}

/** The state with its covariance per channel: the mean over the channels of the data instead of the sum. */
function perChannel(state: KernelState, { builder }: LoweringContext): KernelState {
  if (state.rawChannels === null) return state;
  const covariance = builder.sum([{ value: state.covariance, weight: 1 / state.rawChannels }]);
  return { ...state, covariance, rawChannels: null };
}

/**
 * S' = S_skip + alpha^2 S_branch, T' = T_skip + alpha^2 T_branch; both paths start from the same state.
 *
 * Source: Huang, Wang, Tao, Zhao 2020, arXiv:2002.06262, and Belfer, Geifman, Galun, Basri 2021, arXiv:2104.03093
 * (residual NTK).
 */
export const residual: LayerDefinition<ResidualLayer> = {
  kind: 'residual',
  summary: 'skip(h) + alpha branch(h)',
  reference: 'Huang, Wang, Tao, Zhao 2020, arXiv:2002.06262; Belfer, Geifman, Galun, Basri 2021, arXiv:2104.03093',
  drawsWeights: false,
  fields: {
    alpha: scaleField(1),
    branch: layersField(undefined, 'Give the layers of the branch, ending in dense.'),
    skip: layersField([], 'Leave it out for the identity.'),
  },
  trainWeight: () => null,
  check,
  lower(layer, state, context) {
    const skip = perChannel(context.lowerLayers(layer.skip, state, context), context);
    if (layer.alpha === 0) return skip;
    const branch = perChannel(context.lowerLayers(layer.branch, state, context), context);
    const weight = layer.alpha ** 2;
    const tangents = [
      ...(skip.tangent === null ? [] : [{ value: skip.tangent, weight: 1 }]),
      ...(branch.tangent === null ? [] : [{ value: branch.tangent, weight }]),
    ];
    return {
      covariance: context.builder.sum([
        { value: skip.covariance, weight: 1 },
        { value: branch.covariance, weight },
      ]),
      tangent: tangents.length === 0 ? null : context.builder.sum(tangents),
      rawChannels: null,
      positions: skip.positions,
    };
  },
  finite,
  carries: (layer) => layer.skip,
};
