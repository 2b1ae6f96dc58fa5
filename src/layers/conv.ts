import type { WeightFields } from '../vocabulary/operations.js';
import type { Windows } from '../vocabulary/steps.js';
import { type Padding, placeWindows } from '../vocabulary/windows.js';
import { axesField, choiceField, openAxesField } from './fields.js';
import { requirePositions, slide, strideOf, UNKNOWN_GRID } from './grid.js';
import type { CheckContext, KernelState, LayerDefinition, LoweringContext } from './layer.js';
import { imageShapeOf, placed } from './placed.js';
import { checkWeights, finiteWeights, lowerWeights, WEIGHT_FIELDS } from './weights.js';

/**
 * Convolution: dense on the taps of a window around each position, the same weights everywhere; fan = taps x channels.
 */
export interface ConvLayer extends WeightFields {
  readonly kind: 'conv';
  /** Taps of the window, one number an axis. */
  readonly filter: readonly number[];
  /** Steps from window to window, one number an axis; null for 1. */
  readonly stride: readonly number[] | null;
  /** Border: wrap round, read zeros (the sum still divides by all taps), or keep inside. */
  readonly padding: Padding;
  /** Law of W in the finite network. */
  readonly init: 'gaussian';
}

/** Where the windows lie on these positions. */
function windowsOn({ filter, stride, padding }: ConvLayer, positions: readonly number[]): Windows {
  return placed(placeWindows(positions, filter, strideOf(stride, filter), padding), 'conv');
}

/** The state whose values are means over the taps k at (p + k, p' + k). */
function windowMean(layer: ConvLayer, state: KernelState, { builder }: LoweringContext): KernelState {
  const windows = windowsOn(layer, imageShapeOf(state, 'conv'));
  return {
    ...state,
    covariance: builder.window(state.covariance, windows),
    tangent: state.tangent === null ? null : builder.window(state.tangent, windows),
    positions: windows.to,
  };
}

/** Taps of the largest window: 256 on each of two axes; every one of them is visited. */
const MOST_TAPS = 2 ** 16;

function checkTaps(filter: readonly number[], { path, report }: CheckContext): void {
  const taps = filter.reduce((a, b) => a * b, 1);
  if (taps <= MOST_TAPS) return;
  report(`${path}.filter`, `must have at most ${MOST_TAPS} taps, got [${filter.join(', ')}]. Choose a smaller one.`);
}

/**
 * The mean over taps k of S(p+k, p'+k) and of T alike, then what dense does; with scaling "none" their sum.
 *
 * Source: Novak et al. 2019 (1810.05148), eq. 5, for S; Arora et al. 2019 (1904.11955), section 4, for T.
 */
export const conv: LayerDefinition<ConvLayer> = {
  kind: 'conv',
  summary: 'dense on the taps of a window, at every position',
  reference: 'Novak et al. 2019, arXiv:1810.05148, eq. 5; Arora et al. 2019, arXiv:1904.11955, section 4',
  drawsWeights: true,
  needsPositions: true,
  fields: {
    filter: axesField(1, 'Give the taps on each axis, e.g. "filter": [3, 3].'),
    stride: openAxesField(1, 'Leave it out for 1 on every axis.'),
    padding: choiceField(['circular', 'same', 'valid'], 'circular'),
    ...WEIGHT_FIELDS,
    init: choiceField(['gaussian'], 'gaussian'),
  },
  trainWeight: (layer) => Number(layer.train),
  check(layer, signal, context) {
    const { filter: window, stride, padding } = layer;
    checkTaps(window, context);
    const behind = checkWeights(layer, signal, context);
    if (!requirePositions('conv', signal.grid, context)) return { ...behind, grid: UNKNOWN_GRID };
    return { ...behind, grid: slide(behind.grid, { field: 'filter', window, stride, padding }, context) };
  },
  lower(layer, state, context) {
    const taps = layer.filter.reduce((a, b) => a * b, 1);
    return lowerWeights(layer, windowMean(layer, state, context), context, layer.scaling === 'none' ? taps : 1);
  },
  finite: (layer, shape, context) =>
    finiteWeights(layer, shape, context, windowsOn(layer, imageShapeOf(shape, 'conv'))),
};
