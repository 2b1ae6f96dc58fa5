import { InternalError } from '../../errors.js';
import { multiplicities } from '../sphere/multiplicity.js';
import type { Bounded } from '../sphere/projection.js';
import type { GridKernel } from './grid-kernel.js';
import { Integration } from './integrate.js';
import { gridOf, type Rung } from './ladder.js';
import { partialSums } from './partial-sums.js';

/** Unit roundoff of doubles. */
const EPSILON = 2 ** -53;
/** Roundings that the weights, the harmonics and the sums of one axis add, without its degree. */
const PER_AXIS = 16;

/** What to compute the eigenvalues of a kernel with. */
export interface CoefficientOptions {
  readonly dim: number;
  readonly degree: number;
  readonly ladder: readonly Rung[];
  readonly signal?: AbortSignal;
}

/** Eigenvalues of a kernel on a product of spheres. */
export interface Coefficients {
  /** The eigenvalue of a frequency (k_1, ..., k_P) over K(x,x), with a bound of its error. */
  readonly at: (frequency: readonly number[]) => Bounded;
  /** Sums of multiplicity times eigenvalue over the cubes k_i <= m, m = 0 .. degree, over K(x,x). */
  readonly sums: readonly Bounded[];
  /** The finest grid that was used. */
  readonly rung: Rung;
}

/** Eigenvalues of the value at the position read, `[degree + 1]` on each axis, from the two finest grids. */
interface Tensors {
  readonly fine: Float64Array;
  readonly coarse: Float64Array;
  readonly rung: Rung;
}

/** Grids finer and finer, until two of them agree to rounding or the ladder ends. */
async function tensorsOf(
  { nodes, columns }: GridKernel,
  { dim, degree, ladder, signal }: CoefficientOptions,
  rounding: number,
): Promise<Tensors> {
  let last: Tensors | null = null;
  for (const rung of ladder) {
    const grid = gridOf(nodes, rung.resolution, dim, degree);
    const fine = await new Integration(nodes, columns, grid, dim, degree, signal).run();
    const coarse: Float64Array = last?.fine ?? fine.map(() => Infinity);
    last = { fine, coarse, rung };
    if (fine.every((value, i) => Math.abs(value - coarse[i]) <= rounding)) break;
  }
  if (last === null) throw new InternalError('a ladder has rungs');
  return last;
}

/** The place of a frequency in the tensors; null where the kernel does not depend on one of its positions. */
function placeOf(frequency: readonly number[], axes: readonly number[], rows: number): number | null {
  let [place, rest] = [0, frequency.reduce((a, b) => a + b, 0)];
  for (const j of axes) {
    place = place * rows + frequency[j];
    rest -= frequency[j];
  }
  return rest > 0 ? null : place;
}

/**
 * Eigenvalues of u = K / K(x,x) with bounds: the change from the last grid but one, plus rounding. Steps, harmonics and
 * sums round in proportion to |P_k1 P_k2 ...|, whose mean is at most one over the root of the multiplicity (Cauchy and
 * Schwarz).
 */
export async function coefficients(kernel: GridKernel, options: CoefficientOptions): Promise<Coefficients> {
  const { nodes, programme, isAveraged } = kernel;
  const { dim, degree } = options;
  const axes = nodes.axes.length;
  const roundings = programme.steps.length + PER_AXIS * axes;
  const { fine, coarse, rung } = await tensorsOf(kernel, options, EPSILON * roundings);
  const counts = multiplicities(dim, degree);
  const shares = counts.map((count) => 1 / Math.sqrt(count));
  const rows = degree + 1;
  const read = (place: number): Bounded => {
    let [rest, total, share] = [place, 0, 1];
    for (let j = 0; j < axes; j++) {
      const k = rest % rows;
      rest = (rest - k) / rows;
      total += k;
      share *= shares[k];
    }
    const rounding = EPSILON * (roundings + total) * share;
    return { value: fine[place], bound: Math.abs(fine[place] - coarse[place]) + rounding };
  };
  const one = (frequency: readonly number[]): Bounded => {
    const place = placeOf(frequency, nodes.axes, rows);
    return place === null ? { value: 0, bound: 0 } : read(place);
  };
  const at = isAveraged ? (frequency: readonly number[]) => meanOfShifts(frequency, one) : one;
  return { at, sums: partialSums(read, counts, axes), rung };
}

/** The mean of an eigenvalue over the cyclic shifts of its frequency. */
function meanOfShifts(frequency: readonly number[], read: (frequency: readonly number[]) => Bounded): Bounded {
  const count = frequency.length;
  let [value, bound] = [0, 0];
  for (let shift = 0; shift < count; shift++) {
    const one = read(frequency.map((_, j) => frequency[(j + shift) % count]));
    value += one.value / count;
    bound += one.bound / count;
  }
  return { value, bound };
}
