import type { Programme } from '../vocabulary/steps.js';
import { rulesOf } from './steps/index.js';
import type { Shape } from './steps/rules.js';

/** Positions of each value of a programme, one number an axis; empty for a programme on vectors. */
export function valueShapes(programme: Programme): readonly Shape[] {
  const shapes: Shape[] = [];
  for (const step of programme.steps) shapes.push(rulesOf(step).shape(step, shapes, programme.positions ?? []));
  return shapes;
}
