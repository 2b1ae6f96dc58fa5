import type { Programme } from '../vocabulary/steps.js';
import { positionCount } from '../vocabulary/windows.js';
import { valueShapes } from './shapes.js';
import { rulesOf } from './steps/index.js';
import type { Taps } from './taps.js';

/** Where the values of a programme on images stand. */
export interface Layout {
  /** Positions of each value. */
  readonly positions: readonly number[];
  /** What each step reads; null for a step that takes each position alone. */
  readonly taps: readonly (Taps | null)[];
}

/** Positions and taps of every step of a programme on images. */
export function layout(programme: Programme): Layout {
  const shapes = valueShapes(programme);
  return {
    positions: shapes.map(positionCount),
    taps: programme.steps.map((step) => rulesOf(step).taps?.(step, 'of' in step ? shapes[step.of] : []) ?? null),
  };
}
