import { positionCount, wholeWindow } from '../vocabulary/windows.js';
import { readout } from './readout.js';

/** Positions become features, side by side with the channels. */
export interface FlattenLayer {
  readonly kind: 'flatten';
}

/**
 * S' = mean over p of S(p, p), T' alike; on the data the sum, with C0 x positions features. Weights may follow, but no
 * layer that acts on each feature: the variance of a feature is that of its position.
 *
 * Source: Novak et al. 2019 (1810.05148), section 3.1 (vectorization); Arora et al. 2019 (1904.11955), section 4.2
 * (CNTK-V).
 */
export const flatten = readout<FlattenLayer>({
  kind: 'flatten',
  summary: 'positions become features',
  reference: 'Novak et al. 2019, arXiv:1810.05148, section 3.1; Arora et al. 2019, arXiv:1904.11955, section 4.2',
  fields: {},
  gathers: true,
  // The numbers of an example already lie position by position.
  finite: (_layer, { channels }, positions) => ({
    operations: [],
    shape: { positions: null, channels: channels * positionCount(positions) },
  }),
  read: (_layer, value, positions, { builder }) => builder.window(value, wholeWindow(positions)),
});
