import type { Precision } from '../data/array.js';
import { NumericalError } from '../errors.js';
import type { Programme, Step } from '../vocabulary/steps.js';
import { type Extended, extendedZeros, setExtended } from './extended-exponent.js';
import { verified } from './verify.js';
import type { Norms } from './zonal.js';

/** exp(-rate |x - z|^power). */
export type RadialStep = Extract<Step, { op: 'radial' }>;

/** The radial kernel that a programme is; null for a network. */
export function radialStep({ steps }: Programme): RadialStep | null {
  const [step] = steps;
  return step?.op === 'radial' ? step : null;
}

/**
 * What a precision holds, in powers of two.
 *
 * `small`, `large`: rate |x|^power below and above which a pair that is not near has the kernel 1 or 0, whatever the
 * other norm is. `beside`: norms that no distance feels beside one of rate |x|^power = 1. `kept`: norms up to this far
 * from 1 are left as they are. `held`: squares of such norms, and rates that belong to them, stay in range.
 */
const LIMITS = {
  f64: { small: -60, beside: -56, large: 24, kept: 400, held: 400 },
  f32: { small: -24, beside: -26, large: 14, kept: 30, held: 50 },
} as const satisfies Record<Precision, object>;

/** The binary logarithm of row `i`; -Infinity for 0. */
function binary({ mantissa, exponent }: Extended, i: number): number {
  return Math.log2(mantissa[i]) + 512 * exponent[i];
}

/** Smallest and largest binary logarithm of the norms that are not 0. */
function extent({ x, z }: Norms): readonly [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity];
  for (const norms of x === z ? [x] : [x, z]) {
    for (let i = 0; i < norms.mantissa.length; i++) {
      if (norms.mantissa[i] === 0) continue;
      const size = binary(norms, i);
      least = Math.min(least, size);
      most = Math.max(most, size);
    }
  }
  return [least, most];
}

const within = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** value 2^shift for a result in the range of a double, in two factors since one alone may be past it. */
function scaled(value: number, shift: number): number {
  return value * 2 ** (shift / 2) * 2 ** (shift / 2);
}

/** Norms times 2^shift, those outside 2^low .. 2^high brought to that border; zeros stay. */
function moved(norms: Extended, [low, high]: readonly [number, number], shift: number): Extended {
  const result = extendedZeros(norms.mantissa.length);
  for (let i = 0; i < norms.mantissa.length; i++) {
    if (norms.mantissa[i] === 0) continue;
    const size = binary(norms, i);
    if (size < low || size > high) setExtended(result, i, 2 ** (within(size, low, high) + shift), 0);
    else setExtended(result, i, norms.mantissa[i] * 2 ** (512 * norms.exponent[i] + shift), 0);
  }
  return result;
}

/**
 * The same kernel for rows in another unit, in which squares of distances stay within a precision: |x| 2^k and the rate
 * 2^(-k power).
 *
 * So small that every kernel is 1, or so large that it is 0, norms are brought to where that begins. Near-duplicate
 * pairs are no part of this: their kernels come from the rows themselves. Where all norms are ordinary numbers nothing
 * is changed.
 * @throws NumericalError where norms differ by more than the precision holds, and their kernels are neither 0 nor 1
 */
export function balanceRadial(
  programme: Programme,
  norms: Norms,
  precision: Precision,
): { readonly programme: Programme; readonly norms: Norms } {
  const step = radialStep(programme);
  const [least, most] = extent(norms);
  if (step === null || least > most) return { programme, norms };
  const { small, beside, large, kept, held } = LIMITS[precision];
  const one = -Math.log2(step.rate) / step.power;
  const [from, to] = [one + Math.min(small / step.power, beside), one + large / step.power];
  const [low, high] = [within(least, from, to), within(most, from, to)];
  const shift = Math.max(-low, high) <= kept ? 0 : -Math.round((low + high) / 2);
  if (Math.max(-low - shift, high + shift) > held) throw beyond(step, precision, least, most);
  const x = moved(norms.x, [low, high], shift);
  const z = norms.z === norms.x ? x : moved(norms.z, [low, high], shift);
  const balanced = { ...step, rate: scaled(step.rate, -shift * step.power) };
  return { programme: verified({ ...programme, steps: [balanced] }, 'balancing a radial kernel'), norms: { x, z } };
}

function beyond({ power }: RadialStep, precision: Precision, least: number, most: number): NumericalError {
  const orders = Math.floor(2 * LIMITS[precision].held * Math.log10(2));
  const wider = precision === 'f32' ? '--precision f64 or ' : '';
  const got = Math.ceil((most - least) * Math.log10(2));
  return new NumericalError(
    `norms of rows: under a radial kernel of the power ${power} they must lie within ${orders} orders of magnitude ` +
      `in ${precision}, got ${got}. Use ${wider}--scale unit-rows.`,
  );
}
