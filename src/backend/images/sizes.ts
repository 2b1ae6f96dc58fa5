import type { Precision } from '../../data/array.js';
import { NumericalError } from '../../errors.js';
import type { ImageTask } from '../tasks.js';
import type { Survey } from './survey.js';

/**
 * Ratios of the largest squared norms of two images, in powers of two, up to which covariances in one unit stay in
 * range, and (`pooled`) products of two, which pools need.
 */
const ORDERS = {
  f64: { plain: 900, pooled: 450 },
  f32: { plain: 90, pooled: 48 },
} satisfies Record<Precision, object>;

/**
 * Refuses images whose sizes differ by more than a precision holds: their covariances are in one unit, that of the
 * first.
 *
 * @throws NumericalError with the two that differ most
 */
export function requireOneUnit({ programme, precision }: ImageTask, { images: [least, most] }: Survey): void {
  const orders = ORDERS[precision][programme.steps.some(({ op }) => op === 'pool') ? 'pooled' : 'plain'];
  if (most === 0 || Math.log2(most) - Math.log2(least) <= orders) return;
  const text = (square: number): string => Math.sqrt(square).toExponential(1);
  const wider = precision === 'f32' ? 'Use --precision f64, or scale' : 'Scale';
  throw new NumericalError(
    `images: the largest norms of their pixels must lie within a factor of ${text(2 ** orders)} under this network ` +
      `in ${precision}, got ${text(least)} and ${text(most)}. ${wider} the inputs (--scale unit-pixels).`,
  );
}
