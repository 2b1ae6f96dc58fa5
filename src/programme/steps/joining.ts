import { InternalError } from '../../errors.js';
import type { Step } from '../../vocabulary/steps.js';
import { gridText } from './flaws.js';
import { oneOperand } from './one-operand.js';
import type { Degree, Shape, StepOf, Surroundings } from './rules.js';

type Joining = StepOf<'window' | 'pool' | 'pixel'>;

/** The error of a pass that is made for vectors and meets a step that joins positions. */
export function positionsJoined(step: Step): InternalError {
  return new InternalError(`a programme on vectors must not join positions, got the step ${step.op}`);
}

/** The rules that steps which join positions have in common: they stand on images alone, and are means. */
export const joining = {
  ...oneOperand,
  isMean: true,
  degree: ({ of }: Joining, degrees: readonly Degree[]): Degree => degrees[of],
  obstacle: (): string => 'joins values that are not homogeneous',
  selfKernel(step: Joining): never {
    throw positionsJoined(step);
  },
  evaluate(step: Joining): void {
    throw positionsJoined(step);
  },
  instruct(step: Joining): void {
    throw positionsJoined(step);
  },
};

const isWhole = (n: number, least: number): boolean => Number.isSafeInteger(n) && n >= least;

/** What is wrong with the place of windows on one axis; null where nothing is. */
function axisFlaw({ windows }: StepOf<'window' | 'pool'>, axis: number): string | null {
  const [to, filter, stride] = [windows.to[axis], windows.filter[axis], windows.stride[axis]];
  const [from, before] = [windows.from[axis], windows.before[axis]];
  const counts = { to, filter, stride };
  for (const [name, n] of Object.entries(counts)) {
    if (!isWhole(n, 1)) return `"${name}" of its windows must be whole numbers >= 1, got ${n} on axis ${axis}`;
  }
  if (!isWhole(before, 0)) return `"before" of its windows must be whole numbers >= 0, got ${before} on axis ${axis}`;
  if (before >= filter || (to - 1) * stride - before >= from) {
    return (
      `every window must reach the grid, got ${to} of ${filter} from -${before} by ${stride} on ${from} positions of ` +
      `axis ${axis}`
    );
  }
  return null;
}

/** What is wrong with the windows of a step: they must lie on the grid of what it reads. */
export function windowsFlaw(step: StepOf<'window' | 'pool'>, { programme, shapes }: Surroundings): string | null {
  const { from, to, filter, stride, before } = step.windows;
  const axes = programme.positions?.length;
  if (axes === undefined) return 'positions are joined on images alone, got a programme on vectors';
  if ([from, to, filter, stride, before].some((list) => list.length !== axes)) {
    return `its windows must have ${axes} axes as the images do, got ${from.length}`;
  }
  const read = gridText(shapes[step.of]);
  if (gridText(from) !== read) return `its windows must lie on ${read}, what it reads, got ${gridText(from)}`;
  for (let axis = 0; axis < axes; axis++) {
    const flaw = axisFlaw(step, axis);
    if (flaw !== null) return flaw;
  }
  return null;
}

/** What is wrong with the pixel that a step takes. */
export function pixelFlaw({ of, at }: StepOf<'pixel'>, { programme, shapes }: Surroundings): string | null {
  if (programme.positions === undefined) return 'positions are joined on images alone, got a programme on vectors';
  const shape: Shape = shapes[of];
  const inside = at.length === shape.length && at.every((p, axis) => isWhole(p, 0) && p < shape[axis]);
  return inside ? null : `its pixel must lie on ${gridText(shape)}, got (${at.join(', ')})`;
}
