import type { FloatArray } from '../../data/array.js';
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

/** Where the numbers of a column are written: number k to place `first + k * step`. */
export interface ColumnPlace {
  readonly to: FloatArray;
  readonly first: number;
  readonly step: number;
}

function at(selfKernels: ImageSelfKernels, value: ValueId): Float64Array {
  const found = selfKernels[value];
  if (found === null) throw new InternalError(`self-kernels of step ${value} are missing`);
  return found;
}

// Plain loops into arrays that are there: these run for every image of every tile.

function copies(of: Float64Array, { to, first, step }: ColumnPlace): void {
  for (let p = 0; p < of.length; p++) to[first + p * step] = of[p];
}

function roots(of: Float64Array, { to, first, step }: ColumnPlace): void {
  for (let p = 0; p < of.length; p++) to[first + p * step] = Math.sqrt(of[p]);
}

function inverseRoots(of: Float64Array, { to, first, step }: ColumnPlace): void {
  for (let p = 0; p < of.length; p++) to[first + p * step] = of[p] > 0 ? 1 / Math.sqrt(of[p]) : 0;
}

/** sqrt(weight part / total), 0 where the total is 0; one part for all positions where `part` is null, or one each. */
function mixingWeights(
  weight: number,
  part: Float64Array | null,
  total: Float64Array,
  { to, first, step }: ColumnPlace,
): void {
  for (let p = 0; p < total.length; p++) {
    const share = part === null ? weight : weight * part[p];
    to[first + p * step] = total[p] > 0 ? Math.sqrt(share / total[p]) : 0;
  }
}

function mixingWeight(
  { value, place: term }: Extract<ImageColumn, { kind: 'mixingWeight' }>,
  { steps }: Programme,
  selfKernels: ImageSelfKernels,
  exponents: Exponents,
  place: ColumnPlace,
): void {
  const step = steps[value];
  if (step.op !== 'sum') throw new InternalError(`the step ${step.op} has no mixing weights`);
  const total = at(selfKernels, value);
  if (term === step.terms.length) {
    mixingWeights(step.constant * 4 ** -exponents[value], null, total, place);
    return;
  }
  const { value: part, weight } = step.terms[term];
  mixingWeights(weight * 4 ** (exponents[part] - exponents[value]), at(selfKernels, part), total, place);
}

/** Writes the numbers of a column for one image, `[positions]`; of a smooth map `[4, positions]`. */
export function writeColumn(
  column: ImageColumn,
  programme: Programme,
  selfKernels: ImageSelfKernels,
  exponents: Exponents,
  place: ColumnPlace,
): void {
  const { value } = column;
  switch (column.kind) {
    case 'mixingWeight':
      mixingWeight(column, programme, selfKernels, exponents, place);
      return;
    case 'square':
      copies(at(selfKernels, value), place);
      return;
    case 'deviation':
      roots(at(selfKernels, value), place);
      return;
    case 'inverse':
      inverseRoots(at(selfKernels, value), place);
      return;
    case 'smooth':
      smoothColumns(mapOf(programme.steps[value]), selfKernels, exponents, place);
  }
}

/** The numbers of a column for one image, `[positions]`; of a smooth map `[4, positions]`. */
export function columnOf(
  column: ImageColumn,
  programme: Programme,
  selfKernels: ImageSelfKernels,
  exponents: Exponents,
): Float64Array {
  const positions = at(selfKernels, columnNeeds(column, programme)[0]).length;
  const to = new Float64Array(column.kind === 'smooth' ? 4 * positions : positions);
  writeColumn(column, programme, selfKernels, exponents, { to, first: 0, step: 1 });
  return to;
}

function smoothColumns(
  { op, of, phi }: MapStep,
  selfKernels: ImageSelfKernels,
  exponents: Exponents,
  { to, first, step }: ColumnPlace,
): void {
  const dual = smoothDual(phi);
  if (dual === null) throw new InternalError(`${phi.map} is no smooth map`);
  const variances = at(selfKernels, of);
  const column = step * variances.length;
  const unit = 4 ** exponents[of];
  for (let p = 0; p < variances.length; p++) {
    const q = variances[p] * unit;
    const f = op === 'dual' ? dual.square(q) : dual.derivativeSquare(q);
    const place = first + p * step;
    to[place] = q;
    to[place + column] = Math.sqrt(q);
    to[place + 2 * column] = Math.sqrt(f);
    to[place + 3 * column] = op === 'dual' ? curvature(dual, q, f) : 0;
  }
}
