import { isSmooth } from '../maps/index.js';
import { mapDegree, mapRules } from './map-step.js';
import type { Rules, StepOf } from './rules.js';

/** E[phi'(a) phi'(b)]. */
export const dualDerivative: Rules<StepOf<'dualDerivative'>> = {
  ...mapRules(true),
  degree(step, degrees) {
    const [of, map] = [degrees[step.of], mapDegree(step)];
    return of === null || map === null ? null : of * Math.max(map - 1, 0);
  },
  operations: () => 3,
  /** The slope of a map that acts on the angle has one self-kernel wherever there is any variance. */
  isEven: ({ of, phi }, even, positive) => even[of] || (!isSmooth(phi) && positive[of]),

  isSigned: () => false,
};
