import type { ScalarMap } from '../../vocabulary/steps.js';
import type { Correlation, CosineDistances } from '../correlations.js';
import { type Extended, extendedNumber, setExtended } from '../extended-exponent.js';
import type { Factors } from '../factors.js';
import { curvature, type SmoothDual } from '../maps/dual.js';
import { angleDual, isSmooth, SMOOTH_DUALS, type SmoothScalarMap, smoothDual } from '../maps/index.js';
import type { AngleDual } from '../maps/rules.js';
import { angleMap, type SelfKernelMap, smooth, smoothDerivative } from '../pair.js';
import { requireVariances } from '../range.js';
import { asItIs, lastDigit } from '../rounding.js';
import { instructMap, mapAngle } from './map-translation.js';
import { oneOperand } from './one-operand.js';
import type { Degree, Evaluation, MapStep, PositionEvaluation, Shape, Spread, Surroundings } from './rules.js';

/** Self-kernels behind a map that acts on the angle; 0 for a zero row. */
function angleSelfKernel(dual: AngleDual, phi: ScalarMap, derivative: boolean, of: Extended, total: Extended): void {
  const gain = dual.gain(phi);
  const isLinear = dual.degree === 1 && !derivative;
  for (let i = 0; i < of.mantissa.length; i++) {
    if (of.mantissa[i] === 0) continue;
    setExtended(total, i, isLinear ? gain * of.mantissa[i] : gain, isLinear ? of.exponent[i] : 0);
  }
}

/** Self-kernels as plain numbers, for maps that are not homogeneous. */
function plain({ map }: SmoothScalarMap, w: Extended): Float64Array {
  // What is too small for a double is not 0.
  const values = w.mantissa.map((m, i) => (m === 0 ? 0 : extendedNumber(w, i) || Number.MIN_VALUE));
  requireVariances(map, values, 'f64', (i) => `row ${i}`);
  return values;
}

/**
 * Columns K(x,x), its root, sqrt(E phi^2), curvature (see `pair.ts`); of the derivative K(x,x), its root, sqrt(E
 * phi'^2).
 */
function smoothSelfKernel(phi: SmoothScalarMap, derivative: boolean, of: Extended, total: Extended): Float64Array[] {
  const dual: SmoothDual = SMOOTH_DUALS[phi.map];
  const n = of.mantissa.length;
  const columns = Array.from({ length: derivative ? 3 : 4 }, () => new Float64Array(n));
  const variances = plain(phi, of);
  for (let i = 0; i < n; i++) {
    const q = variances[i];
    const f = derivative ? dual.derivativeSquare(q) : dual.square(q);
    columns[0][i] = q;
    columns[1][i] = Math.sqrt(q);
    columns[2][i] = Math.sqrt(f);
    if (!derivative) columns[3][i] = curvature(dual, q, f);
    setExtended(total, i, f, 0);
  }
  return columns;
}

const selfKernelMap = ({ columns, rows }: Factors, index: number, row: number): SelfKernelMap => {
  const i = rows === 1 ? 0 : row;
  const of = columns[index];
  return { variance: of[0][i], deviation: of[1][i], root: of[2][i], curvature: of.length > 3 ? of[3][i] : 0 };
};

function evaluateSmooth(
  dual: SmoothDual,
  derivative: boolean,
  of: CosineDistances,
  { index, at, rounding }: Evaluation,
  out: CosineDistances,
): void {
  const within = rounding === null ? asItIs : lastDigit;
  const selfKernels = selfKernelMap(at.x, index, at.rowX);
  const u: Correlation = { below: 0, above: 0 };
  const v: Correlation = { below: 0, above: 0 };
  for (let p = 0; p < out.below.length; p++) {
    u.below = of.below[p];
    u.above = of.above[p];
    const other = selfKernelMap(at.z, index, at.firstZ + p);
    if (derivative) smoothDerivative(dual, selfKernels, other, u, v);
    else smooth(dual, selfKernels, other, u, v, within);
    out.below[p] = v.below;
    out.above[p] = v.above;
  }
}

function evaluateAngle(
  dual: AngleDual,
  phi: ScalarMap,
  derivative: boolean,
  of: CosineDistances,
  out: CosineDistances,
): void {
  const u: Correlation = { below: 0, above: 0 };
  const v: Correlation = { below: 0, above: 0 };
  for (let p = 0; p < out.below.length; p++) {
    u.below = of.below[p];
    u.above = of.above[p];
    angleMap(dual, phi, derivative, u, v);
    out.below[p] = v.below;
    out.above[p] = v.above;
  }
}

// Plain loops: these run for every image of every tile, and `map` takes ten times as long.

function times(of: Float64Array, factor: number, out: Float64Array): void {
  for (let p = 0; p < out.length; p++) out[p] = factor * of[p];
}

function whereAbove(of: Float64Array, value: number, out: Float64Array): void {
  for (let p = 0; p < out.length; p++) out[p] = of[p] > 0 ? value : 0;
}

function positionSelfKernel(
  { phi, of }: MapStep,
  derivative: boolean,
  { exponents, at }: PositionEvaluation,
  out: Float64Array,
): number {
  const [squares, exponent] = [at(of), exponents[of]];
  if (isSmooth(phi)) {
    const dual: SmoothDual = SMOOTH_DUALS[phi.map];
    times(squares, 4 ** exponent, out);
    requireVariances(phi.map, out, 'f64', () => 'an image');
    for (let p = 0; p < out.length; p++) out[p] = derivative ? dual.derivativeSquare(out[p]) : dual.square(out[p]);
    return 0;
  }
  const dual = angleDual(phi);
  const gain = dual?.gain(phi) ?? 0;
  if (dual?.degree === 1 && !derivative) {
    times(squares, gain, out);
    return exponent;
  }
  whereAbove(squares, gain, out);
  return 0;
}

/** The rules that a map and its derivative have in common: all but the degree, and where self-kernels are even. */
export function mapRules(derivative: boolean) {
  return {
    ...oneOperand,
    shape: ({ of }: MapStep, shapes: readonly Shape[]): Shape => shapes[of],
    flaw: ({ phi }: MapStep, _at: Surroundings): string | null => angleDual(phi)?.flaw(phi) ?? null,

    obstacle: ({ phi }: MapStep): string => `applies ${phi.map}, which is not homogeneous`,

    selfKernel({ of, phi }: MapStep, selfKernels: readonly Extended[], _norms: Extended, total: Extended) {
      if (isSmooth(phi)) return smoothSelfKernel(phi, derivative, selfKernels[of], total);
      const dual = angleDual(phi);
      if (dual !== null) angleSelfKernel(dual, phi, derivative, selfKernels[of], total);
      return [];
    },
    columnBound: ({ phi }: MapStep): number => angleDual(phi)?.columnBound ?? 4,
    evaluate({ of, phi }: MapStep, evaluation: Evaluation, out: CosineDistances): void {
      const [dual, angle] = [smoothDual(phi), angleDual(phi)];
      if (dual !== null) evaluateSmooth(dual, derivative, evaluation.read(of), evaluation, out);
      else if (angle !== null) evaluateAngle(angle, phi, derivative, evaluation.read(of), out);
    },

    positionSelfKernel: (step: MapStep, evaluation: PositionEvaluation, out: Float64Array): number =>
      positionSelfKernel(step, derivative, evaluation, out),
    spread({ of, phi }: MapStep, spreads: readonly (Spread | null)[]): Spread | null {
      const [dual, spread] = [angleDual(phi), spreads[of]];
      if (dual === null) return null;
      const gain = Math.log2(dual.gain(phi));
      if (dual.degree === 0 || derivative) return { least: gain, most: gain };
      return spread && { least: gain + spread.least, most: gain + spread.most };
    },
    readsAngle: true,
    instruct: instructMap,
    angle: mapAngle,
    isPositive: ({ of, phi }: MapStep, positive: readonly boolean[]): boolean => positive[of] && !isSmooth(phi),
  };
}

/** The degree of phi; null where it has none. */
export function mapDegree({ phi }: MapStep): Degree {
  return angleDual(phi)?.degree ?? null;
}
