import { mapDegree, mapRules } from './map-step.js';
import { mapIsSigned } from './map-translation.js';
import type { Rules, StepOf } from './rules.js';

/** E[phi(a) phi(b)]. */
export const dual: Rules<StepOf<'dual'>> = {
  ...mapRules(false),
  degree(step, degrees) {
    const [of, map] = [degrees[step.of], mapDegree(step)];
    return of === null || map === null ? null : of * map;
  },
  operations: () => 50,
  isEven: ({ of }, even) => even[of],

  isSigned: mapIsSigned,
};
