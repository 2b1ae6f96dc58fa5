import { placeWindows } from '../vocabulary/windows.js';
import { axesField, openAxesField } from './fields.js';
import { onePart } from './finite.js';
import { requirePositions, slide, UNKNOWN_GRID } from './grid.js';
import type { LayerDefinition } from './layer.js';
import { imageShapeOf, placed } from './placed.js';

/** Means over windows that lie inside the image. */
export interface AvgPoolLayer {
  readonly kind: 'avgPool';
  /** Positions of a window, one number an axis. */
  readonly window: readonly number[];
  /** Steps from window to window; null for the window itself. */
  readonly stride: readonly number[] | null;
}

/**
 * S' = mean over the pairs of positions of the two windows, T' alike.
 *
 * Source: Novak et al. 2020 (1912.02803), section B.2 (neural-tangents, AvgPool); Novak et al. 2019 (1810.05148),
 * section 3.2.
 */
export const avgPool: LayerDefinition<AvgPoolLayer> = {
  kind: 'avgPool',
  summary: 'means over windows inside the image',
  reference: 'Novak et al. 2019, arXiv:1810.05148, section 3.2; Novak et al. 2020, arXiv:1912.02803',
  drawsWeights: false,
  needsPositions: true,
  fields: {
    window: axesField(1, 'Give the positions on each axis, e.g. "window": [2, 2].'),
    stride: openAxesField(1, 'Leave it out for the sizes of the window.'),
  },
  trainWeight: () => null,
  check({ window, stride }, signal, context) {
    if (!requirePositions('avgPool', signal.grid, context)) return { ...signal, grid: UNKNOWN_GRID };
    const sliding = { field: 'window', window, stride: stride ?? window, padding: 'valid' } as const;
    return { ...signal, grid: slide(signal.grid, sliding, context) };
  },
  lower({ window, stride }, state, { builder }) {
    const windows = placed(placeWindows(imageShapeOf(state, 'avgPool'), window, stride ?? window, 'valid'), 'avgPool');
    return {
      covariance: builder.pool(state.covariance, windows),
      tangent: state.tangent === null ? null : builder.pool(state.tangent, windows),
      rawChannels: state.rawChannels,
      positions: windows.to,
    };
  },
  finite({ window, stride }, from) {
    const windows = placed(placeWindows(imageShapeOf(from, 'avgPool'), window, stride ?? window, 'valid'), 'avgPool');
    return onePart({ op: 'mean', windows, from, to: { ...from, positions: windows.to } });
  },
};
