import { positionCount } from '../../vocabulary/windows.js';
import { onTwoAxes, readsItself } from '../images/grids.js';
import { distanceOf, type ImageValue, plainOf } from '../images/instructions.js';
import { offsetId, offsetOf } from '../images/offsets.js';
import { readsBeyond, readsWithin } from '../images/position-pairs.js';
import { windowTaps } from '../taps.js';
import { joining, windowsFlaw } from './joining.js';
import type { Rules, StepOf } from './rules.js';
import { windowMean } from './window-mean.js';

/** Offsets on one axis that output offset `d` reads: d stride, and round the end where windows wrap. */
function axisOffsets(d: number, stride: number, n: number, wraps: boolean): number[] {
  const offset = d * stride;
  if (!wraps) return Math.abs(offset) < n ? [offset] : [];
  const inside = ((offset % n) + n) % n;
  return inside === 0 ? [0] : [inside, inside - n];
}

/** Mean over the taps k of the value at (p + k, p' + k). */
export const window: Rules<StepOf<'window'>> = {
  ...joining,
  ...windowMean,
  shape: ({ windows }) => windows.to,
  flaw: windowsFlaw,

  taps: ({ windows }) => windowTaps(windows),
  offsets({ windows }, from, to) {
    const { stride, wraps } = onTwoAxes(windows);
    return (id) => {
      const [dy, dx] = offsetOf(to, id);
      const columns = axisOffsets(dx, stride[1], from.width, wraps);
      return axisOffsets(dy, stride[0], from.height, wraps).flatMap((y) => columns.map((x) => offsetId(from, y, x)));
    };
  },
  operations: ({ windows }) => 2 * positionCount(windows.filter) + 12,

  positionSelfKernel({ of, windows }, { at, exponents, means }, out) {
    means(windows).run(at(of), out);
    return exponents[of];
  },
  spread({ of, windows }, spreads) {
    const spread = spreads[of];
    return spread && { least: spread.least - Math.log2(positionCount(windows.filter)), most: spread.most };
  },
  isPositive: ({ of, windows }, positive) => positive[of] && readsWithin(windows),
  isEven: ({ of, windows }, even) => even[of] && !readsBeyond(windows),

  isSigned: ({ of }, signed) => signed[of],
  angle({ of, windows }, { value, stage, to }) {
    const distances = to.distance(of, stage);
    if (readsItself(windows)) {
      to.setDistance(value, stage, distances);
      return;
    }
    const even = to.even[of] && to.even[value];
    // Deviations belong to the value that is read, also where its correlation goes by an earlier name.
    const weighed: ImageValue = { form: 'weighed', value: of };
    if (!even) to.emit(stage, { op: 'weigh', out: weighed, of: distances, step: value });
    const out = distanceOf(value);
    to.emit(stage, { op: 'window', out, of: even ? distances : weighed, distances, step: value, even });
    to.setDistance(value, stage, out);
  },
  covariance(step, { value, stage, to }) {
    const [of, out] = [to.covariance(step.of, stage), plainOf(value)];
    if (readsItself(step.windows)) to.emit(stage, { op: 'sumPlain', out, parts: [{ of, weight: 1 }], constant: 0 });
    else to.emit(stage, { op: 'windowPlain', out, of, step: value });
  },
};
