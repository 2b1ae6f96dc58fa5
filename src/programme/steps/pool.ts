import { type CosineDistances, keepSmaller } from '../correlations.js';
import { type Extended, setExtended } from '../extended-exponent.js';
import { onTwoAxes } from '../images/grids.js';
import { distanceOf } from '../images/instructions.js';
import { offsetId, offsetOf } from '../images/offsets.js';
import { asItIs, type Rounding } from '../rounding.js';
import { type Taps, windowTaps } from '../taps.js';
import { joining, windowsFlaw } from './joining.js';
import type { ImageEvaluation, Rules, StepOf } from './rules.js';
import { type Tapped, tapped } from './tapped.js';

type Pool = StepOf<'pool'>;

/** Offsets on one axis that output offset `d` reads: d stride + k' - k. */
function axisOffsets(d: number, stride: number, filter: number, n: number): number[] {
  const all = Array.from({ length: 2 * filter - 1 }, (_, k) => d * stride + k - filter + 1);
  return all.filter((offset) => Math.abs(offset) < n);
}

/**
 * sum_k sum_l r_k s_l u(p + k, p' + l): the covariance of two pooled positions, up to the scales of their roots r and
 * s.
 *
 * Its terms have both signs, so `rounding` acts on each of them and on each partial sum.
 */
function pooledCovariance(
  { at, count, of, columns }: Tapped,
  r: Float64Array,
  s: Float64Array,
  j: number,
  i: number,
  rounding: Rounding,
): number {
  let total = 0;
  for (let k = j * count; k < (j + 1) * count; k++) {
    if (r[k] === 0) continue;
    for (let l = i * count; l < (i + 1) * count; l++) {
      if (s[l] === 0) continue;
      const pair = at[k] * columns + at[l];
      const u = of.below[pair] <= of.above[pair] ? 1 - of.below[pair] : of.above[pair] - 1;
      total = rounding(total + rounding(r[k] * s[l] * u));
    }
  }
  return total;
}

/**
 * Self-kernels of a pool are means over all pairs of taps, for which it needs the correlations of the image with
 * itself.
 *
 * Columns: roots of the self-kernels of the taps in the scale of each position, `[positions, taps]`, and the pooled
 * square in the same scale, `[positions]`.
 */
function poolSelfKernel(
  { at, count }: Taps,
  of: Extended,
  self: CosineDistances,
  total: Extended,
  rounded: Rounding,
): Float64Array[] {
  const n = total.mantissa.length;
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

/** The cosine distances of a pooled pair, from its covariance and the product of the two pooled squares. */
function poolDistance(covariance: number, squares: number): readonly [below: number, above: number] {
  const root = Math.sqrt(squares);
  return root > 0 ? [Math.max(0, (root - covariance) / root), Math.max(0, (root + covariance) / root)] : [1, 1];
}

function evaluateImages(step: Pool, evaluation: ImageEvaluation, out: CosineDistances): void {
  const { index, x, z, positions, isDiagonal } = evaluation;
  const rounding = evaluation.rounding ?? asItIs;
  const read = tapped(step, evaluation);
  const n = positions[index];
  const columns = isDiagonal ? 0 : n;
  const [[a, square], [b, other]] = [x.columns[index], z.columns[index]];
  for (let j = 0; j < n; j++) {
    for (let i = isDiagonal ? j : 0; i < (isDiagonal ? j + 1 : n); i++) {
      const covariance = pooledCovariance(read, a, b, j, i, rounding);
      const [below, above] = poolDistance(covariance, square[j] * other[i]);
      keepSmaller(below, above, out, j * columns + i);
    }
  }
}

/** Mean over k and k' of the value at (p + k, p' + k'). */
export const pool: Rules<Pool> = {
  ...joining,
  selfOperands: () => [],
  shape: ({ windows }) => windows.to,
  flaw(step, at) {
    const { windows } = step;
    const { from, to, filter, stride, before, wraps } = windows;
    const leaves = from.some((n, a) => before[a] > 0 || (to[a] - 1) * stride[a] + filter[a] > n);
    return windowsFlaw(step, at) ?? (leaves || wraps ? 'its windows must lie inside the image' : null);
  },

  readsAllPairs: true,
  taps: ({ windows }) => windowTaps(windows),
  offsets({ windows }, from, to) {
    const { filter, stride } = onTwoAxes(windows);
    return (id) => {
      const [dy, dx] = offsetOf(to, id);
      const columns = axisOffsets(dx, stride[1], filter[1], from.width);
      return axisOffsets(dy, stride[0], filter[0], from.height).flatMap((y) =>
        columns.map((x) => offsetId(from, y, x)),
      );
    };
  },
  operations: () => 3,

  imageSelfKernel({ of }, { taps, selfKernels, self, rounding }, total) {
    return taps === null ? [] : poolSelfKernel(taps, selfKernels[of], self(of), total, rounding ?? asItIs);
  },
  evaluateImages,

  positionSelfKernel({ of }, { pooled, exponents }, out) {
    out.set(pooled(of));
    return exponents[of];
  },
  isPositive: () => false,
  isEven: () => false,

  isSigned: () => true,
  angle(_step, { value, stage, to }) {
    to.emit(stage, { op: 'distanceOf', out: distanceOf(value), of: to.covariance(value, stage) });
    to.setDistance(value, stage, distanceOf(value));
  },
};
