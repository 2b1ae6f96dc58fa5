import { distanceOf, plainOf } from '../images/instructions.js';
import { offsetId } from '../images/offsets.js';
import { joining, pixelFlaw } from './joining.js';
import type { Rules, Shape, StepOf } from './rules.js';
import { windowMean } from './window-mean.js';

/** The number of a position, in C order. */
function positionOf({ at }: StepOf<'pixel'>, from: Shape): number {
  return at.reduce((index, p, axis) => index * from[axis] + p, 0);
}

/** The value at (at, at). */
export const pixel: Rules<StepOf<'pixel'>> = {
  ...joining,
  ...windowMean,
  shape: (_step, _shapes, input) => input.map(() => 1),
  flaw: pixelFlaw,

  taps: (step, from) => ({ at: Int32Array.of(positionOf(step, from)), count: 1 }),
  offsets: (_step, from) => () => [offsetId(from, 0, 0)],
  operations: () => 3,

  positionSelfKernel(step, { at, exponents, shapes }, out) {
    out[0] = at(step.of)[positionOf(step, shapes[step.of])];
    return exponents[step.of];
  },
  spread: ({ of }, spreads) => spreads[of],
  isPositive: ({ of }, positive) => positive[of],
  isEven: ({ of }, even) => even[of],

  isSigned: ({ of }, signed) => signed[of],
  angle({ of }, { value, stage, to }) {
    const distances = to.distance(of, stage);
    to.emit(stage, { op: 'window', out: distanceOf(value), of: distances, distances, step: value, even: true });
    to.setDistance(value, stage, distanceOf(value));
  },
  covariance({ of }, { value, stage, to }) {
    to.emit(stage, { op: 'windowPlain', out: plainOf(value), of: to.covariance(of, stage), step: value });
  },
};
