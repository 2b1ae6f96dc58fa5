import type { Programme, ScalarMap, Step } from '../vocabulary/steps.js';
import { positionsJoined } from '../vocabulary/windows.js';
import {
  type Extended,
  extendedNumber,
  extendedNumbers,
  extendedQuotient,
  extendedZeros,
  setExtended,
} from './extended-exponent.js';
import { type SmoothMap, smoothDual } from './maps/index.js';
import { requireVariances } from './range.js';

/**
 * What a pair needs to know of its rows: the self-kernels of a programme, turned into factors near 1.
 *
 * A pair carries only correlations u = K(x,z) / sqrt(K(x,x) K(z,z)); everything that depends on one row alone is here,
 * computed once per row in float64.
 */
export interface RowFactors {
  /** Rows n; 1 when the factors are the same for every row. */
  readonly rows: number;
  /**
   * Columns `[n]` of each step:
   * `sum`: sqrt(weight part / total) of each term, then sqrt(constant / total) if there is a constant;
   * smooth `dual`: K(x,x), its root, sqrt(E phi^2), curvature (see `pair.ts`);
   * smooth `dualDerivative`: K(x,x), its root, sqrt(E phi'^2);
   * `radial`: |x|. Other steps: none (of images see `own-images.ts`).
   */
  readonly columns: readonly (readonly Float64Array[])[];
  /** K(x,x) of the NNGP and of the NTK; null where the programme has no such output. */
  readonly nngp: Extended | null;
  readonly ntk: Extended | null;
  /** Those of the parts of the NTK, where the programme has any. */
  readonly parts?: readonly (Extended | null)[];
}

function sumSelfKernel(step: Extract<Step, { op: 'sum' }>, selfKernels: readonly Extended[], total: Extended): void {
  for (let i = 0; i < total.mantissa.length; i++) {
    let top = step.constant > 0 ? 0 : -Infinity;
    for (const { value } of step.terms)
      if (selfKernels[value].mantissa[i] > 0) top = Math.max(top, selfKernels[value].exponent[i]);
    if (top === -Infinity) continue;
    let sum = step.constant > 0 ? step.constant * 2 ** (-512 * top) : 0;
    for (const { value, weight } of step.terms) {
      sum += weight * selfKernels[value].mantissa[i] * 2 ** (512 * (selfKernels[value].exponent[i] - top));
    }
    setExtended(total, i, sum, top);
  }
}

function sumColumns(
  step: Extract<Step, { op: 'sum' }>,
  selfKernels: readonly Extended[],
  total: Extended,
): Float64Array[] {
  const n = total.mantissa.length;
  const columns = step.terms.map(({ value, weight }) =>
    Float64Array.from({ length: n }, (_, i) => Math.sqrt(extendedQuotient(weight, selfKernels[value], total, i))),
  );
  if (step.constant > 0) {
    const unit = extendedZeros(n);
    unit.mantissa.fill(1);
    columns.push(
      Float64Array.from({ length: n }, (_, i) => Math.sqrt(extendedQuotient(step.constant, unit, total, i))),
    );
  }
  return columns;
}

/** Self-kernels as plain numbers, for maps that are not homogeneous. */
function plain(map: SmoothMap, w: Extended): Float64Array {
  // What is too small for a double is not 0.
  const values = w.mantissa.map((m, i) => (m === 0 ? 0 : extendedNumber(w, i) || Number.MIN_VALUE));
  requireVariances(map, values, 'f64', (i) => `row ${i}`);
  return values;
}

function dualSelfKernel(phi: ScalarMap, derivative: boolean, of: Extended, total: Extended): Float64Array[] {
  const n = of.mantissa.length;
  const smooth = smoothDual(phi);
  if (smooth === null || phi.map === 'piecewiseLinear' || phi.map === 'heaviside') {
    for (let i = 0; i < n; i++) angleSelfKernel(phi, derivative, of, total, i);
    return [];
  }
  const columns = Array.from({ length: derivative ? 3 : 4 }, () => new Float64Array(n));
  const variances = plain(phi.map, of);
  for (let i = 0; i < n; i++) {
    const q = variances[i];
    const f = derivative ? smooth.derivativeSquare(q) : smooth.square(q);
    columns[0][i] = q;
    columns[1][i] = Math.sqrt(q);
    columns[2][i] = Math.sqrt(f);
    if (!derivative && f > 0) {
      const slope = smooth.squareSlope(q);
      const spread = smooth.derivativeSquare(q) + 2 * q * smooth.derivativeSquareSlope(q);
      columns[3][i] = Math.max(0, (spread - (q * slope * slope) / f) / 2);
    }
    setExtended(total, i, f, 0);
  }
  return columns;
}

/** Self-kernel of a map that acts on the angle: linear in K(x,x) for |a| and a, 1/2 for the step; 0 for a zero row. */
function angleSelfKernel(phi: ScalarMap, derivative: boolean, of: Extended, total: Extended, i: number): void {
  if (of.mantissa[i] === 0) return;
  if (phi.map === 'piecewiseLinear') {
    const gain = phi.even * phi.even + phi.odd * phi.odd;
    setExtended(total, i, derivative ? gain : gain * of.mantissa[i], derivative ? 0 : of.exponent[i]);
  } else {
    setExtended(total, i, 0.5, 0);
  }
}

/** Self-kernels of one step that takes each row alone, into `total`, and its columns. */
export function stepSelfKernel(
  step: Step,
  selfKernels: readonly Extended[],
  norms: Extended,
  total: Extended,
): Float64Array[] {
  const n = total.mantissa.length;
  switch (step.op) {
    case 'inner':
      for (let i = 0; i < n; i++) setExtended(total, i, norms.mantissa[i] * norms.mantissa[i], 2 * norms.exponent[i]);
      return [];
    case 'radial':
      total.mantissa.fill(1);
      return [norms.mantissa.map((_, i) => extendedNumber(norms, i))];
    case 'sum':
      sumSelfKernel(step, selfKernels, total);
      return sumColumns(step, selfKernels, total);
    case 'dual':
      return dualSelfKernel(step.phi, false, selfKernels[step.of], total);
    case 'dualDerivative':
      return dualSelfKernel(step.phi, true, selfKernels[step.of], total);
    case 'product': {
      const [l, r] = [selfKernels[step.left], selfKernels[step.right]];
      for (let i = 0; i < n; i++) setExtended(total, i, l.mantissa[i] * r.mantissa[i], l.exponent[i] + r.exponent[i]);
      return [];
    }
    case 'normalise': {
      const [of, by] = [selfKernels[step.of], selfKernels[step.by]];
      for (let i = 0; i < n; i++) {
        if (by.mantissa[i] > 0) setExtended(total, i, of.mantissa[i] / by.mantissa[i], of.exponent[i] - by.exponent[i]);
      }
      return [];
    }
    default:
      throw positionsJoined(step);
  }
}

/**
 * Runs a programme on (x, x) for every row x, given the norms |x| `[n]`, as doubles or with an extended exponent.
 *
 * Throws NumericalError where a variance before a map that is not homogeneous leaves the range of its formulas in float64.
 */
export function rowFactors(programme: Programme, lengths: Extended | Float64Array): RowFactors {
  const norms = lengths instanceof Float64Array ? extendedNumbers(lengths) : lengths;
  const rows = norms.mantissa.length;
  const selfKernels: Extended[] = [];
  const columns: Float64Array[][] = [];
  for (const step of programme.steps) {
    const total = extendedZeros(rows);
    columns.push(stepSelfKernel(step, selfKernels, norms, total));
    selfKernels.push(total);
  }
  const output = (v: number | null): Extended | null => (v === null ? null : selfKernels[v]);
  const { nngp, ntk, parts = [] } = programme;
  return { rows, columns, nngp: output(nngp), ntk: output(ntk), parts: parts.map(output) };
}
