import { copyDistances } from '../correlations.js';
import { setExtended } from '../extended-exponent.js';
import { plainOf } from '../images/instructions.js';
import { gridsFlaw } from './flaws.js';
import type { Rules, StepOf } from './rules.js';

/** of / sqrt(by(x,x) by(z,z)), and 0 where that root is 0: it changes self-kernels, and no correlation. */
export const normalise: Rules<StepOf<'normalise'>> = {
  operands: ({ of, by }) => [of, by],
  pairOperands: ({ of }) => [of],
  divisors: ({ by }) => [by],
  renumber: (step, id) => ({ ...step, of: id(step.of), by: id(step.by) }),
  shape: ({ of }, shapes) => shapes[of],
  flaw: ({ of, by }, { shapes }) => gridsFlaw([of, by], shapes),

  degree({ of, by }, degrees) {
    const [o, b] = [degrees[of], degrees[by]];
    return o === null || b === null ? null : o - b;
  },
  obstacle: () => 'joins values that are not homogeneous',

  selfKernel(step, selfKernels, _norms, total) {
    const [of, by] = [selfKernels[step.of], selfKernels[step.by]];
    for (let i = 0; i < total.mantissa.length; i++) {
      if (by.mantissa[i] > 0) setExtended(total, i, of.mantissa[i] / by.mantissa[i], of.exponent[i] - by.exponent[i]);
    }
    return [];
  },
  evaluate: ({ of }, { read }, out) => copyDistances(read(of), out),

  operations: () => 3,
  positionSelfKernel(step, { at, exponents }, out) {
    const [of, by] = [at(step.of), at(step.by)];
    for (let p = 0; p < out.length; p++) out[p] = by[p] > 0 ? of[p] / by[p] : 0;
    return exponents[step.of] - exponents[step.by];
  },
  spread(step, spreads) {
    const [of, by] = [spreads[step.of], spreads[step.by]];
    return of === null || by === null ? null : { least: of.least - by.most, most: of.most - by.least };
  },
  isPositive: ({ of, by }, positive) => positive[of] && positive[by],
  isEven: ({ of, by }, even) => even[of] && even[by],

  renames: ({ of }) => of,
  instruct: () => undefined,
  isSigned: ({ of }, signed) => signed[of],
  angle: ({ of }, { value, stage, to }) => to.setDistance(value, stage, to.distance(of, stage)),
  covariance({ of, by }, { value, stage, to }) {
    to.emit(stage, { op: 'normalisePlain', out: plainOf(value), of: to.covariance(of, stage), by });
  },
};
