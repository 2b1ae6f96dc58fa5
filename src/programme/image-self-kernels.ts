import type { FloatArray } from '../data/array.js';
import type { Step } from '../vocabulary/steps.js';
import type { CosineDistances } from './evaluate.js';
import { type ImageProgramme, PairOfImages, pooledCovariance } from './evaluate-images.js';
import {
  type Extended,
  extendedNumber,
  extendedQuotient,
  extendedZeros,
  setExtended,
  setSum,
} from './extended-exponent.js';
import { operands } from './needs.js';
import { extendedNorms, setUnit } from './norms.js';
import { asItIs, type Rounding } from './rounding.js';
import { type RowFactors, stepSelfKernel } from './self-kernels.js';
import type { Taps } from './taps.js';

/**
 * What a pair of images needs to know of one of them: its pixels, and the self-kernels K(x_p, x_p) of every step as factors.
 *
 * The columns are those of rows, with positions in the place of rows, and two kinds more:
 * `window`, `pixel`: sqrt(tap / total) of each position and tap, `[positions, taps]`, and the root of the total, `[positions]`, which is
 * infinite where that is beyond a double;
 * `pool`: roots of the self-kernels of the taps in the scale of each position, `[positions, taps]`, and the pooled square in the
 * same scale, `[positions]`.
 */
export interface ImageFactors extends RowFactors {
  /** Pixels divided by their norms, `[positions, channels]`; a zero pixel stays 0. */
  readonly unit: Float64Array;
  /** Norms of the pixels, `[positions]`. */
  readonly norms: Extended;
}

/** Self-kernels of a window are means of self-kernels, as its taps pair each position with itself. */
function windowSelfKernel(
  { at, count }: Taps,
  weight: number,
  of: Extended,
  total: Extended,
  rounding: Rounding | null,
): Float64Array[] {
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

/** Shares of a sum as a precision holds them. */
function roundedWeights(step: Step, columns: Float64Array[], rounding: Rounding | null): Float64Array[] {
  return step.op !== 'sum' || rounding === null ? columns : columns.map((mixingWeights) => mixingWeights.map(rounding));
}

/** Self-kernels of a pool are means over all pairs of taps, for which it needs the correlations of the image with itself. */
function poolSelfKernel(
  { at, count }: Taps,
  of: Extended,
  self: CosineDistances,
  total: Extended,
  rounding: Rounding | null,
): Float64Array[] {
  const n = total.mantissa.length;
  const rounded = rounding ?? asItIs;
  const roots = new Float64Array(at.length);
  const squares = new Float64Array(n);
  const read = { at, count, of: self, columns: of.mantissa.length };
  for (let j = 0; j < n; j++) {
    let top = -Infinity;
    const here = at.subarray(j * count, (j + 1) * count);
    for (const p of here) if (p >= 0 && of.mantissa[p] > 0) top = Math.max(top, of.exponent[p]);
    if (top === -Infinity) continue;
    here.forEach((p, k) => {
      if (p >= 0) roots[j * count + k] = rounded(Math.sqrt(of.mantissa[p] * 2 ** (512 * (of.exponent[p] - top))));
    });
    squares[j] = Math.max(0, rounded(pooledCovariance(read, roots, roots, j, j, rounded)));
    setExtended(total, j, squares[j] / (count * count), top);
  }
  return [roots, squares];
}

/** The values whose correlations within an image enter its self-kernels: what pools read, and what that rests on. */
function selfValues({ programme }: ImageProgramme): { readonly used: Uint8Array; readonly last: Int32Array } {
  const { steps } = programme;
  const used = new Uint8Array(steps.length);
  const last = new Int32Array(steps.length).fill(-1);
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    if (step.op !== 'pool' && used[i] === 0) continue;
    for (const v of operands(step)) {
      // A pool whose own correlations nobody reads is not run: then it must not set its operand's room free.
      if (used[v] === 0) last[v] = used[i] === 0 ? steps.length : i;
      used[v] = 1;
    }
  }
  return { used, last };
}

/**
 * Runs a programme on (x, x) for one image: self-kernels of every step, and for pools the correlations of all its pairs of positions.
 *
 * `data` holds the image at `from`, `[...positions, channels]`. `rounding` acts on the directions of the pixels and on
 * the correlations behind every step. [none]
 * @throws NumericalError where a variance before a map that is not homogeneous leaves the range of a double
 */
export function imageFactors(
  body: ImageProgramme,
  data: FloatArray,
  from: number,
  channels: number,
  rounding: Rounding | null = null,
): ImageFactors {
  const { programme, positions, taps } = body;
  const rows = programme.positions?.reduce((a, b) => a * b, 1) ?? 1;
  const norms = extendedNorms(data, rows, channels, from);
  const unit = new Float64Array(rows * channels);
  for (let p = 0; p < rows; p++) setUnit(unit, p * channels, data, from + p * channels, channels, norms, p);
  if (rounding !== null) for (let k = 0; k < unit.length; k++) unit[k] = rounding(unit[k]);
  const selfKernels: Extended[] = [];
  const columns: Float64Array[][] = [];
  const factors = { rows, unit, norms, columns, nngp: null, ntk: null };
  const { used, last } = selfValues(body);
  const self = new PairOfImages(body, factors, factors, last, rounding);
  programme.steps.forEach((step, index) => {
    const total = extendedZeros(positions[index]);
    const here = taps[index];
    if (step.op === 'pool' && here !== null) {
      columns.push(poolSelfKernel(here, selfKernels[step.of], self.value(step.of), total, rounding));
    } else if ('of' in step && here !== null)
      columns.push(windowSelfKernel(here, 1 / here.count, selfKernels[step.of], total, rounding));
    else columns.push(roundedWeights(step, stepSelfKernel(step, selfKernels, norms, total), rounding));
    selfKernels.push(total);
    if (used[index] === 1) self.run(index);
  });
  const output = (v: number | null): Extended | null => (v === null ? null : selfKernels[v]);
  const { nngp, ntk, parts = [] } = programme;
  return { ...factors, nngp: output(nngp), ntk: output(ntk), parts: parts.map(output) };
}
