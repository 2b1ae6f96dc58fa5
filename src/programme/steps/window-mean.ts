import { type CosineDistances, keepSmaller } from '../correlations.js';
import { type Extended, extendedNumber, extendedQuotient, setSum } from '../extended-exponent.js';
import type { Rounding } from '../rounding.js';
import type { Taps } from '../taps.js';
import type { ImageEvaluation, ImageSelfEvaluation, StepOf } from './rules.js';
import { type Tapped, tapped } from './tapped.js';

type Mean = StepOf<'window' | 'pixel'>;

/**
 * Self-kernels of a window are means of self-kernels, as its taps pair each position with itself.
 *
 * Columns: sqrt(tap / total) of each position and tap, `[positions, taps]`, and the root of the total, `[positions]`,
 * which is infinite where that is beyond a double.
 */
function meanSelfKernel({ at, count }: Taps, of: Extended, total: Extended, rounding: Rounding | null): Float64Array[] {
  const weight = 1 / count;
  const mixingWeights = new Float64Array(at.length);
  // Devices divide one root by another: the roots and what comes of them are what rounding acts on.
  const rounded = (mixingWeight: number, p: number, j: number): number => {
    const [root, whole] = [Math.sqrt(of.mantissa[p]), Math.sqrt(total.mantissa[j])];
    if (rounding === null || root === 0 || whole === 0) return mixingWeight;
    const quotient = (mixingWeight * (rounding(root) / root) * whole) / rounding(whole);
    return rounding(quotient * whole) / whole;
  };
  for (let j = 0; j < total.mantissa.length; j++) {
    const taps = at.subarray(j * count, (j + 1) * count);
    setSum(total, j, weight, of, taps);
    taps.forEach((p, k) => {
      if (p < 0) return;
      mixingWeights[j * count + k] = rounded(Math.sqrt(extendedQuotient(weight, of, total, p, j)), p, j);
    });
  }
  return [mixingWeights, Float64Array.from(total.mantissa, (_, j) => Math.sqrt(extendedNumber(total, j)))];
}

/**
 * d' = sum_k a_k b_k d_k + 1/2 sum_k (a_k - b_k)^2 over the taps k, for mixing weights a of position `j` and b of
 * position `i`.
 *
 * A tap outside an image has share 0. Blended around the largest part as sums are (see `sum.ts`).
 */
function windowDistance(
  { at, count, of, columns }: Tapped,
  a: Float64Array,
  b: Float64Array,
  j: number,
  i: number,
): readonly [below: number, above: number] {
  let [base, largest, spread] = [-1, 0, 0];
  for (let k = 0; k < count; k++) {
    const [s, t] = [a[j * count + k], b[i * count + k]];
    spread += ((s - t) * (s - t)) / 2;
    if (s * t > largest) [base, largest] = [k, s * t];
  }
  if (base < 0) return [1, 1];
  const first = at[j * count + base] * columns + at[i * count + base];
  const [below0, above0] = [of.below[first], of.above[first]];
  let below = below0 + spread * (1 - below0);
  let above = above0 + spread * (1 - above0);
  for (let k = 0; k < count; k++) {
    const weight = a[j * count + k] * b[i * count + k];
    if (k === base || weight === 0) continue;
    const from = at[j * count + k] * columns + at[i * count + k];
    below += weight * (of.below[from] - below0);
    above += weight * (of.above[from] - above0);
  }
  return [Math.max(0, below), Math.max(0, above)];
}

/** Share of the spread below which a cosine distance is not found by subtraction. */
const CANCELLED = 0.01;

/**
 * What rounding makes of a cosine distance behind a window: devices add up half the mean square of the difference, over
 * the roots s and t of the self-kernels, and take off the spread 1/2 (s - t)^2 / (s t), unless that cancels. Three
 * steps act on the sum.
 */
function roundedWindow(distance: number, s: number, t: number, rounding: Rounding): number {
  const spread = (s - t) ** 2 / (2 * s * t);
  if (!(spread < Infinity) || distance < CANCELLED * spread) return rounding(distance);
  const mean = rounding(distance + spread);
  return Math.max(0, rounding(rounding(mean * s) * t) / (s * t) - spread);
}

function evaluateImages(step: Mean, evaluation: ImageEvaluation, out: CosineDistances): void {
  const { index, x, z, positions, isDiagonal, rounding } = evaluation;
  const read = tapped(step, evaluation);
  const n = positions[index];
  const columns = isDiagonal ? 0 : n;
  const [[a, s], [b, t]] = [x.columns[index], z.columns[index]];
  for (let j = 0; j < n; j++) {
    for (let i = isDiagonal ? j : 0; i < (isDiagonal ? j + 1 : n); i++) {
      let [below, above] = windowDistance(read, a, b, j, i);
      if (rounding !== null) {
        below = roundedWindow(below, s[j], t[i], rounding);
        above = roundedWindow(above, s[j], t[i], rounding);
      }
      keepSmaller(below, above, out, j * columns + i);
    }
  }
}

/** The rules of the reference for means over the taps of a window; a pixel is a window of one tap. */
export const windowMean = {
  imageSelfKernel(step: Mean, { taps, selfKernels, rounding }: ImageSelfEvaluation, total: Extended): Float64Array[] {
    return taps === null ? [] : meanSelfKernel(taps, selfKernels[step.of], total, rounding);
  },
  evaluateImages,
};
