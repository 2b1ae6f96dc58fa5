import { pairOperands } from '../../programme/needs.js';
import { valueShapes } from '../../programme/shapes.js';
import type { Programme, Step } from '../../vocabulary/steps.js';
import { positionCount } from '../../vocabulary/windows.js';

/** A programme that reads one position of a network whose output is the mean over the shifts of that. */
export interface OneReadout {
  readonly programme: Programme;
  /** Whether the kernel is the mean over all cyclic shifts of the positions; else the programme is as it was. */
  readonly isAveraged: boolean;
}

/** Whether a step before the readout treats all positions of a ring alike. */
function keepsShifts(step: Step): boolean {
  if (step.op === 'pixel' || step.op === 'pool') return false;
  if (step.op !== 'window') return true;
  const { from, to, stride, wraps } = step.windows;
  return wraps && stride.every((s) => s === 1) && to.every((n, axis) => n === from[axis]);
}

/**
 * The mean over the positions of a circular network is the mean over the cyclic shifts of its value at position 0, as
 * long as nothing but sums follows: then that one value is enough.
 */
export function readOnePosition(programme: Programme): OneReadout {
  const count = positionCount(programme.positions ?? []);
  const asItWas = { programme, isAveraged: false };
  if (count === 1) return asItWas;
  const shapes = valueShapes(programme).map(positionCount);
  const steps: Step[] = [];
  for (const [v, step] of programme.steps.entries()) {
    const isReadout = step.op === 'window' && shapes[v] === 1 && shapes[step.of] === count;
    if (isReadout && step.op === 'window') steps.push({ op: 'pixel', of: step.of, at: [0] });
    else if (shapes[v] === count ? keepsShifts(step) : step.op === 'sum') steps.push(step);
    else return asItWas;
    if (!isReadout && pairOperands(step).some((of) => shapes[of] !== shapes[v])) return asItWas;
  }
  return { programme: { ...programme, steps }, isAveraged: true };
}

/** The position that a programme reads first: that of its pixel, else 0. */
export function positionRead({ steps }: Programme): number {
  const pixel = steps.find((step) => step.op === 'pixel');
  return pixel?.op === 'pixel' ? pixel.at[0] : 0;
}
