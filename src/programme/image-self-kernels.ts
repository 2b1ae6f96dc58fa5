import type { FloatArray } from '../data/array.js';
import type { ValueId } from '../vocabulary/steps.js';
import { type ImageProgramme, PairOfImages } from './evaluate-images.js';
import { type Extended, extendedZeros } from './extended-exponent.js';
import type { PixelFactors } from './factors.js';
import { operands } from './needs.js';
import { extendedNorms, setUnit } from './norms.js';
import type { Rounding } from './rounding.js';
import type { RowFactors } from './self-kernels.js';
import { rulesOf } from './steps/index.js';

/**
 * What a pair of images needs to know of one of them: its pixels, and the self-kernels K(x_p, x_p) of every step as
 * factors.
 *
 * The columns are those of rows, with positions in the place of rows, and two kinds more:
 * `window`, `pixel`: sqrt(tap / total) of each position and tap, `[positions, taps]`, and the root of the total,
 * `[positions]`, which is infinite where that is beyond a double; `pool`: roots of the self-kernels of the taps in the
 * scale of each position, `[positions, taps]`, and the pooled square in the same scale, `[positions]`.
 */
export interface ImageFactors extends RowFactors, PixelFactors {}

/** The values whose correlations within an image enter its self-kernels: what pools read, and what that rests on. */
function selfValues({ programme }: ImageProgramme): { readonly used: Uint8Array; readonly last: Int32Array } {
  const { steps } = programme;
  const used = new Uint8Array(steps.length);
  const last = new Int32Array(steps.length).fill(-1);
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    if (rulesOf(step).readsAllPairs !== true && used[i] === 0) continue;
    for (const v of operands(step)) {
      // A pool whose own correlations nobody reads is not run: then it must not set its operand's room free.
      if (used[v] === 0) last[v] = used[i] === 0 ? steps.length : i;
      used[v] = 1;
    }
  }
  return { used, last };
}

/**
 * Runs a programme on (x, x) for one image: self-kernels of every step, and for pools the correlations of all its pairs
 * of positions.
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
    const rules = rulesOf(step);
    const within = { selfKernels, norms, taps: taps[index], self: (v: ValueId) => self.value(v), rounding };
    columns.push(rules.imageSelfKernel?.(step, within, total) ?? rules.selfKernel(step, selfKernels, norms, total));
    selfKernels.push(total);
    if (used[index] === 1) self.run(index);
  });
  const output = (v: number | null): Extended | null => (v === null ? null : selfKernels[v]);
  const { nngp, ntk, parts = [] } = programme;
  return { ...factors, nngp: output(nngp), ntk: output(ntk), parts: parts.map(output) };
}
