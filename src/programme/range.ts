import type { Precision } from '../data/array.js';
import { NumericalError } from '../errors.js';
import { SMOOTH_DUALS, type SmoothMap } from './maps/index.js';
import type { Spread } from './steps/rules.js';

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
    `${where}: K(x,x) of the ${output} must be a number that ${precision} holds, got one ${got}. Use ` +
      `${wider}--normalized or --scale unit-rows.`,
  );
}

/** Whether a precision holds all numbers that are 0 or lie in a range, whose ends may be off by their last digits. */
export function spreadInRange({ least, most }: Spread, precision: Precision): boolean {
  const [low, high] = RANGE[precision];
  return least > Math.log2(low) + 1 && most < Math.log2(high) - 1;
}

/** The error of an entry K(x,z) that a precision does not hold. */
export function entryBeyondRange(precision: Precision): NumericalError {
  const wider = precision === 'f32' ? '--precision f64, ' : '';
  return new NumericalError(
    `K(x,z): must be a number that ${precision} holds, got one beyond its range. Use ${wider}--scale unit-pixels, ` +
      'or fewer layers.',
  );
}

/**
 * Powers of two between which the formulas of smooth maps keep their digits: the least variance, and the largest
 * product of variances.
 */
const EXPONENTS = { f64: [-900, 1000], f32: [-100, 120] } as const satisfies Record<Precision, readonly number[]>;

/**
 * Checks that the formulas of a smooth map keep their digits at these variances, or (null) that they can be stored for
 * formulas in float64; 0 is always held. `where` names the input of variance `i` in the message.
 *
 * @throws NumericalError at the first that they do not hold
 */
export function requireVariances(
  map: SmoothMap | null,
  variances: ArrayLike<number>,
  precision: Precision,
  where: (i: number) => string,
): void {
  const [least, most] = EXPONENTS[precision];
  const [low, high] = [2 ** least, 2 ** (most / (map === null ? 1 : SMOOTH_DUALS[map].factors))];
  for (let i = 0; i < variances.length; i++) {
    const variance = variances[i];
    if ((variance >= low && variance <= high) || variance === 0) continue;
    const wider = precision === 'f32' ? 'Use --precision f64, scale' : 'Scale';
    throw new NumericalError(
      `${where(i)}: the variance before an activation that is not homogeneous must lie between ` +
        `${low.toExponential(1)} and ${high.toExponential(1)} in ${precision}, got ` +
        `${variance > high ? 'a larger' : 'a smaller'} one. ${wider} the inputs (--scale unit-rows), or change ` +
        'weightStd.',
    );
  }
}
