import { copyDistances, keepSmaller } from '../correlations.js';
import { setExtended } from '../extended-exponent.js';
import { distanceOf } from '../images/instructions.js';
import { positionsJoined } from './joining.js';
import type { Rules, StepOf } from './rules.js';

/** x . z, on images of the pixels of each pair of positions. */
export const inner: Rules<StepOf<'inner'>> = {
  isSource: true,
  operands: () => [],
  renumber: (step) => step,
  shape: (_step, _shapes, input) => input,
  flaw: () => null,

  degree: () => 1,
  obstacle: () => 'joins values that are not homogeneous',

  selfKernel(_step, _selfKernels, { mantissa, exponent }, total) {
    for (let i = 0; i < mantissa.length; i++) setExtended(total, i, mantissa[i] * mantissa[i], 2 * exponent[i]);
    return [];
  },
  evaluate(step, { source }, out) {
    if (source === null) throw positionsJoined(step);
    copyDistances(source, out);
  },

  operations: () => 3,
  /** 1 - u = |xh - zh|^2 / 2 and 1 + u = |xh + zh|^2 / 2 of all pairs of unit pixels; u = 0 where a pixel is zero. */
  evaluateImages(_step, { x, z, isDiagonal }, out) {
    const channels = x.unit.length / x.rows;
    const columns = isDiagonal ? 0 : z.rows;
    out.below.fill(1);
    out.above.fill(1);
    for (let p = 0; p < x.rows; p++) {
      for (let q = isDiagonal ? p : 0; q < (isDiagonal ? p + 1 : z.rows); q++) {
        let [below, above] = [0, 0];
        for (let c = 0; c < channels; c++) {
          const [a, b] = [x.unit[p * channels + c], z.unit[q * channels + c]];
          below += (a - b) * (a - b);
          above += (a + b) * (a + b);
        }
        if (x.norms.mantissa[p] > 0 && z.norms.mantissa[q] > 0) keepSmaller(below / 2, above / 2, out, p * columns + q);
      }
    }
  },

  positionSelfKernel(_step, { squares }, out) {
    out.set(squares);
    return 0;
  },
  spread: (_step, _spreads, input) => input,
  isPositive: (_step, _positive, input) => input,
  isEven: (_step, _even, _positive, input) => input,

  instruct: (_step, index, to) => to.isInput(index),
  isSigned: () => true,
  angle(_step, { value, stage, to }) {
    to.emit(stage, { op: 'source', out: distanceOf(value) });
    to.setDistance(value, stage, distanceOf(value));
  },
};
