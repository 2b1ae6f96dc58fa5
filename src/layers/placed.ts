import { InternalError } from '../errors.js';
import type { Windows } from '../vocabulary/steps.js';
import type { KernelState } from './layer.js';

/** Positions of the state that enters a layer of positions. Throws InternalError on vectors, which checking refuses. */
export function imageShapeOf({ positions }: Pick<KernelState, 'positions'>, kind: string): readonly number[] {
  if (positions === null) throw new InternalError(`cannot lower ${kind} on vectors`);
  return positions;
}

/** Windows that lie inside the image. Throws InternalError where there is no room for one, which checking refuses. */
export function placed(windows: Windows | null, kind: string): Windows {
  if (windows === null) throw new InternalError(`cannot lower ${kind} with a window larger than the image`);
  return windows;
}
