import { norm } from '../data/norm.js';
import { NumericalError } from '../errors.js';
import { roundingFloor } from '../linalg/floor.js';
import { DenseOperator } from '../operators/operator.js';
import { liftedWarning, lowestOfFactor, notSemidefinite, singular } from './definite.js';
import type { Fit, FitData, FitOptions } from './fit.js';
import { lowestByProducts } from './lowest.js';
import { largestRow, type RidgeFit, ridgeFit } from './ridge.js';

/** The error of a kernel that eigenpairs cannot be asked about: of which kind it is, products tell. */
async function unsolved(data: FitData, ridge: number, unit: number, floor: number, remedy: string) {
  const { lowest } = await lowestByProducts(new DenseOperator(data.kernel, data.n));
  if (lowest < -floor) return notSemidefinite(data, { lowest, floor, unit, ridge });
  return singular(data, ridge, unit, remedy);
}

/** What the smallest eigenvalue of a factorised kernel says. */
function judge(data: FitData, { factor, shift }: RidgeFit, floor: number) {
  const lowest = lowestOfFactor(factor, (value) => value - shift > -floor);
  const isNegative = lowest - shift < -floor;
  return { isSingular: lowest <= floor, warnings: isNegative ? [liftedWarning(data, lowest - shift)] : [] };
}

/**
 * The limit of a fit with one ridge by Cholesky; null where K plus the ridge is not positive definite to rounding, and
 * eigenpairs must tell more.
 *
 * @throws NumericalError where it is not, and there is no room for a decomposition or a factor is wanted.
 */
export async function byFactor(data: FitData, ridge: number, unit: number, options: FitOptions): Promise<Fit | null> {
  const { kernel, targets, n, roundoff = 2 ** -53 } = data;
  const { algebra, inPlace = false, decompose = true, useFactor } = options;
  const canDecompose = decompose && n <= algebra.largestEigen;
  // The Frobenius norm stands for the 2-norm, from above: where it says singular, eigenpairs say whether it is so.
  const floor = roundingFloor(norm(kernel, 0, n * n), n, roundoff, largestRow(kernel, n));
  let found: RidgeFit | null = null;
  try {
    found = await ridgeFit(kernel, n, targets, ridge, algebra, inPlace);
  } catch (error) {
    if (!(error instanceof NumericalError)) throw error;
  }
  try {
    const judged = found === null ? null : judge(data, found, floor);
    if (found !== null && judged !== null && !judged.isSingular) {
      useFactor?.(found.factor);
      const { coefficients, residual } = found;
      const common = { coefficients, ridge, time: Infinity, residual, error: residual };
      return { ...common, method: 'cholesky', leaveOneOut: null, warnings: judged.warnings };
    }
  } finally {
    found?.putBack();
  }
  if (useFactor !== undefined) {
    throw await unsolved(data, ridge, unit, floor, 'Use a larger --ridge, or leave --variance out.');
  }
  if (canDecompose) return null;
  const remedy = 'Use a larger --ridge, or raise --memory: with room for eigenpairs no ridge is needed.';
  throw await unsolved(data, ridge, unit, floor, remedy);
}
