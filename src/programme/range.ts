import type { Precision } from '../data/array.js';
import { NumericalError } from '../errors.js';

/** Range of kernel entries that a precision holds with all its digits. */
const RANGE = { f64: [2 ** -1021, Number.MAX_VALUE], f32: [2 ** -125, 3.4e38] } as const;

/**
 * Checks that a precision holds K(x,x) = scale^2, or that it is 0; `where` names x in the message.
 *
 * @throws NumericalError where it does not
 */
export function requireRange(scale: number, precision: Precision, where: string, output: 'nngp' | 'ntk'): void {
  const [low, high] = RANGE[precision];
  const square = scale * scale;
  if (scale === 0 || (square >= low && square <= high)) return;
  const got = square > high ? `above ${high.toExponential(1)}` : `below ${low.toExponential(1)}`;
  const wider = precision === 'f32' ? '--precision f64, ' : '';
  throw new NumericalError(
    `${where}: K(x,x) of the ${output} must be a number that ${precision} holds, got one ${got}. Use ${wider}--normalized or --scale unit-rows.`,
  );
}

/** The error of an entry K(x,z) that a precision does not hold. */
export function entryBeyondRange(precision: Precision): NumericalError {
  const wider = precision === 'f32' ? '--precision f64, ' : '';
  return new NumericalError(
    `K(x,z): must be a number that ${precision} holds, got one beyond its range. Use ${wider}--scale unit-pixels, or fewer layers.`,
  );
}
