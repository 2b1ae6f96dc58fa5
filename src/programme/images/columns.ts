import { InternalError } from '../../errors.js';
import type { Programme, Step, ValueId } from '../../vocabulary/steps.js';
import { curvature } from '../maps/dual.js';
import { smoothDual } from '../maps/index.js';
import type { MapStep } from '../steps/rules.js';
import type { Exponents, ImageSelfKernels } from './self-kernels.js';

/**
 * A factor of each position of an image that pairs of positions need, beside their correlations.
 *
 * `square`: K(x_p, x_p) / 4^exponent. `deviation`: its root. `inverse`: one over that, 0 where it is 0. `mixingWeight`:
 * sqrt(weight part / total) of term `place` of a sum, or of its constant behind the last term. `smooth`: four columns
 * of a map: variance, its root, sqrt(E phi^2), curvature.
 */
export type ImageColumn =
  | { readonly kind: 'square' | 'deviation' | 'inverse'; readonly value: ValueId }
  | { readonly kind: 'mixingWeight'; readonly value: ValueId; readonly place: number }
  | { readonly kind: 'smooth'; readonly value: ValueId };

/** Values whose self-kernels a column rests on. */
export function columnNeeds(column: ImageColumn, programme: Programme): readonly ValueId[] {
  if (column.kind !== 'smooth') return [column.value];
  return [mapOf(programme.steps[column.value]).of, column.value];
}

function mapOf(step: Step): MapStep {
  if (step.op === 'dual' || step.op === 'dualDerivative') return step;
  throw new InternalError(`the step ${step.op} is no map`);
}

function at(selfKernels: ImageSelfKernels, value: ValueId): Float64Array {
  const found = selfKernels[value];
  if (found === null) throw new InternalError(`self-kernels of step ${value} are missing`);
  return found;
}

function mixingWeight(
  step: Step,
  value: ValueId,
  place: number,
  selfKernels: ImageSelfKernels,
  exponents: Exponents,
): Float64Array {
  if (step.op !== 'sum') throw new InternalError(`the step ${step.op} has no mixing weights`);
  const total = at(selfKernels, value);
  if (place === step.terms.length) return mixingWeights(step.constant * 4 ** -exponents[value], null, total);
  const { value: part, weight } = step.terms[place];
  return mixingWeights(weight * 4 ** (exponents[part] - exponents[value]), at(selfKernels, part), total);
}

// Plain loops: these run for every image of every tile, and `map` takes ten times as long.

function roots(of: Float64Array): Float64Array {
  const result = new Float64Array(of.length);
  for (let p = 0; p < of.length; p++) result[p] = Math.sqrt(of[p]);
  return result;
}

function inverseRoots(of: Float64Array): Float64Array {
  const result = new Float64Array(of.length);
  for (let p = 0; p < of.length; p++) if (of[p] > 0) result[p] = 1 / Math.sqrt(of[p]);
  return result;
}

/** sqrt(weight part / total), 0 where the total is 0; one part for all positions, or one each. */
function mixingWeights(weight: number, part: Float64Array | null, total: Float64Array): Float64Array {
  const result = new Float64Array(total.length);
  for (let p = 0; p < total.length; p++) {
    if (total[p] > 0) result[p] = Math.sqrt((weight * (part === null ? 1 : part[p])) / total[p]);
  }
  return result;
}

/** The numbers of a column for one image, `[positions]`; of a smooth map `[4, positions]`. */
export function columnOf(
  column: ImageColumn,
  programme: Programme,
  selfKernels: ImageSelfKernels,
  exponents: Exponents,
): Float64Array {
  const { value } = column;
  switch (column.kind) {
    case 'mixingWeight':
      return mixingWeight(programme.steps[value], value, column.place, selfKernels, exponents);
    case 'square':
      return at(selfKernels, value);
    case 'deviation':
      return roots(at(selfKernels, value));
    case 'inverse':
      return inverseRoots(at(selfKernels, value));
    case 'smooth':
      return smoothColumns(mapOf(programme.steps[value]), selfKernels, exponents);
  }
}

function smoothColumns({ op, of, phi }: MapStep, selfKernels: ImageSelfKernels, exponents: Exponents): Float64Array {
  const dual = smoothDual(phi);
  if (dual === null) throw new InternalError(`${phi.map} is no smooth map`);
  const variances = at(selfKernels, of);
  const n = variances.length;
  const result = new Float64Array(4 * n);
  const unit = 4 ** exponents[of];
  variances.forEach((scaled, p) => {
    const q = scaled * unit;
    const f = op === 'dual' ? dual.square(q) : dual.derivativeSquare(q);
    result[p] = q;
    result[n + p] = Math.sqrt(q);
    result[2 * n + p] = Math.sqrt(f);
    if (op === 'dual') result[3 * n + p] = curvature(dual, q, f);
  });
  return result;
}
