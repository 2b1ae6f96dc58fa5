import { wholeWindow } from '../vocabulary/windows.js';
import { onePart } from './finite.js';
import { readout } from './readout.js';

/** Mean over all positions. */
export interface GlobalAvgPoolLayer {
  readonly kind: 'globalAvgPool';
}

/**
 * S' = mean over all pairs of positions (p, p') of S(p, p'), T' alike.
 *
 * Source: Novak et al. 2019 (1810.05148), section 3.2 (global average pooling); Arora et al. 2019 (1904.11955), section
 * 4.2 (CNTK-GAP).
 */
export const globalAvgPool = readout<GlobalAvgPoolLayer>({
  kind: 'globalAvgPool',
  summary: 'mean over all positions',
  reference: 'Novak et al. 2019, arXiv:1810.05148, section 3.2; Arora et al. 2019, arXiv:1904.11955, section 4.2',
  fields: {},
  finite: (_layer, from, positions) =>
    onePart({ op: 'mean', windows: wholeWindow(positions), from, to: { ...from, positions: null } }),
  read: (_layer, value, positions, { builder }) => builder.pool(value, wholeWindow(positions)),
});
