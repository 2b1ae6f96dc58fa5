import { InternalError } from '../../errors.js';
import type { CosineDistances } from '../correlations.js';
import type { Taps } from '../taps.js';
import type { ImageEvaluation, StepOf } from './rules.js';

/**
 * What a step that joins positions reads: its taps, and the correlations `of` its operand, `[columns, columns]`: pair
 * (p, q) at p columns + q. With 0 columns there are the pairs (p, p) alone.
 */
export interface Tapped extends Taps {
  readonly of: CosineDistances;
  readonly columns: number;
}

/** What a step reads of a pair of images. @throws InternalError for a step without taps */
export function tapped(
  step: StepOf<'window' | 'pool' | 'pixel'>,
  { taps, read, positions, isDiagonal }: ImageEvaluation,
): Tapped {
  if (taps === null) throw new InternalError(`the step ${step.op} has no taps`);
  return { ...taps, of: read(step.of), columns: isDiagonal ? 0 : positions[step.of] };
}
