import { InternalError } from '../../errors.js';
import { keepSmaller } from '../correlations.js';
import { extendedNumber } from '../extended-exponent.js';
import { numberFlaw } from './flaws.js';
import { positionsJoined } from './joining.js';
import type { Rules, StepOf } from './rules.js';

/** exp(-rate |x - z|^power), of rows alone. */
export const radial: Rules<StepOf<'radial'>> = {
  isSource: true,
  operands: () => [],
  renumber: (step) => step,
  shape: (_step, _shapes, input) => input,
  flaw({ rate, power }, { programme }) {
    if (programme.positions !== undefined) return 'a radial kernel must be one of vectors, got images';
    if (!(power > 0 && power <= 2)) return `its power must lie above 0 and be at most 2, got ${power}`;
    return numberFlaw('its rate', rate);
  },

  degree: () => null,
  obstacle: () => 'depends on the distance of the rows',
  isRough: ({ power }) => power !== 1 && power !== 2,

  selfKernel(_step, _selfKernels, norms, total) {
    total.mantissa.fill(1);
    return [norms.mantissa.map((_, i) => extendedNumber(norms, i))];
  },
  columnBound: () => 1,
  /** 1 - exp(-rate |x - z|^power) with |x - z|^2 = (r - s)^2 + 2 r s (1 - cos). */
  evaluate(step, { index, source, at }, out) {
    if (source === null) throw positionsJoined(step);
    const r = at.x.columns[index][0][at.x.rows === 1 ? 0 : at.rowX];
    for (let p = 0; p < out.below.length; p++) {
      const s = at.z.columns[index][0][at.z.rows === 1 ? 0 : at.firstZ + p];
      const square = (r - s) ** 2 + 2 * r * s * source.below[p];
      const below = -Math.expm1(-step.rate * (step.power === 2 ? square : Math.sqrt(square) ** step.power));
      keepSmaller(below, 2 - below, out, p);
    }
  },

  operations: () => 3,
  positionSelfKernel() {
    throw new InternalError('a radial kernel has no positions');
  },
  isPositive: () => true,
  isEven: () => true,

  instruct({ rate, power }, index, to) {
    to.emit({ op: 'radial', out: index, rate, power, step: index });
    to.neverNegative(index);
  },
  isSigned: () => false,
};
