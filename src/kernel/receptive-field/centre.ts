import { pairOperands } from '../../programme/needs.js';
import { valueShapes } from '../../programme/shapes.js';
import type { Programme, Step, ValueId, Windows } from '../../vocabulary/steps.js';

/** The middle tap of the window of one output, an axis at a time; of an even number of taps the one before it. */
function middleTap({ from, filter, stride, before, wraps }: Windows, at: readonly number[]): readonly number[] {
  return at.map((j, axis) => {
    const place = j * stride[axis] - before[axis] + Math.floor((filter[axis] - 1) / 2);
    const n = from[axis];
    return wraps ? ((place % n) + n) % n : Math.min(Math.max(place, 0), n - 1);
  });
}

/**
 * The pixel of the input that the output stands over: walked back from the position read through the middle of every
 * window, along the first of what is added up (the skip of a sum).
 */
export function centreOf(programme: Programme, output: ValueId): readonly number[] {
  const shapes = valueShapes(programme);
  let at = shapes[output].map(() => 0);
  for (let value: ValueId | undefined = output; value !== undefined; ) {
    const step: Step = programme.steps[value];
    if (step.op === 'pixel') at = [...step.at];
    if (step.op === 'window' || step.op === 'pool') at = [...middleTap(step.windows, at)];
    value = pairOperands(step).at(0);
  }
  return at;
}

/** Axes on which some window takes pixels from the other end of the image. */
export function wrappedAxes({ steps, positions = [] }: Programme): readonly boolean[] {
  return positions.map((_, axis) =>
    steps.some((step) => step.op === 'window' && step.windows.wraps && step.windows.filter[axis] > 1),
  );
}
