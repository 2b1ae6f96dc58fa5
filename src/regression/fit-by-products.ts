import { NumericalError } from '../errors.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { roundingFloor } from '../linalg/floor.js';
import type { SymmetricOperator } from '../matrix/operator.js';
import { conjugateGradients, type GradientOptions, type Preconditioner } from './conjugate-gradient.js';
import { notSemidefinite, singular } from './definite.js';
import type { Fit } from './fit.js';
import { lowestByProducts } from './lowest.js';
import { type PartialFactor, partialCholesky, randomPivots } from './partial-cholesky.js';
import { relativeMiss } from './ridge.js';

/** Times that iteration starts again where rounding has made it believe in too small a residual. */
const RESTARTS = 3;

/** Training rows of a regression whose kernel need not be stored. */
export interface ProductData {
  /** K(train, train). */
  readonly kernel: SymmetricOperator;
  /** Rows of K with the given numbers: `[count, n]`, of which the caller may make what he likes. */
  rows(numbers: readonly number[]): Promise<Float64Array>;
  /** `[outputs, n]` */
  readonly targets: Float64Array;
}

/** How to fit from products. */
export interface ProductOptions extends Omit<GradientOptions, 'preconditioner'> {
  /** Multiples of the mean diagonal of K that are added to it. */
  readonly ridges: readonly number[];
  /** Rows of K that the preconditioner is made of. */
  readonly rank: number;
  /** Chooses these rows. */
  readonly seed: number;
  /** What factorises the preconditioner (`linearAlgebra`). */
  readonly algebra: LinearAlgebra;
}

/** A fit from products, and what it took. */
export interface ProductFit extends Fit {
  /** Whether the residual is at most the tolerance. */
  readonly converged: boolean;
  /** Steps of conjugate gradients. */
  readonly iterations: number;
  /** Products of K with one vector. */
  readonly products: number;
  /** Rows of K in the preconditioner: those chosen less those that depend on others. */
  readonly rank: number;
}

/** Numbers of 8 bytes that a fit holds at its peak, beside the operator: rows of the preconditioner, and some blocks of vectors. */
export function productFitNumbers(n: number, outputs: number, rank: number): number {
  return n * (rank + 12 * outputs + 4) + 3 * rank * (rank + outputs);
}

/** What stopped conjugate gradients: a kernel with an eigenvalue below 0, or one that is singular to rounding. */
async function notDefinite(kernel: SymmetricOperator, ridge: number, unit: number, signal?: AbortSignal) {
  const { lowest, norm } = await lowestByProducts(kernel, signal);
  const floor = roundingFloor(norm, kernel.size, kernel.roundoff);
  const isIndefinite = lowest < -floor;
  const error = isIndefinite
    ? notSemidefinite(kernel, { lowest, floor, unit, ridge })
    : singular(kernel, ridge, unit, 'Use a larger --ridge.');
  return { isIndefinite, error };
}

/** What the iteration has come to. */
interface State {
  readonly coefficients: Float64Array;
  /** y - (K + shift I) a, from a product. */
  readonly missing: Float64Array;
  readonly residual: number;
}

/** One run of conjugate gradients on what is missing; null where it met no more directions that count. */
async function run(data: ProductData, ridge: number, unit: number, state: State, options: GradientOptions) {
  const { kernel, targets } = data;
  const shift = ridge * unit;
  try {
    const part = await conjugateGradients(kernel, shift, state.missing, options);
    const coefficients = state.coefficients.map((value, i) => value + part.coefficients[i]);
    const product = await kernel.apply(coefficients, targets.length / kernel.size);
    const missing = targets.map((y, i) => y - product[i] - shift * coefficients[i]);
    return { part, next: { coefficients, missing, residual: relativeMiss(missing, targets, kernel.size) } };
  } catch (error) {
    if (!(error instanceof NumericalError)) throw error;
    const found = await notDefinite(kernel, ridge, unit, options.signal);
    if (state.residual >= 1 || found.isIndefinite) throw found.error;
    // Singular to rounding, and what is left of the targets is out of reach.
    return null;
  }
}

async function solve(data: ProductData, ridge: number, unit: number, factor: PartialFactor, options: ProductOptions) {
  const { kernel, targets } = data;
  const outputs = targets.length / kernel.size;
  let preconditioner: Preconditioner | undefined = await factor.preconditioner(ridge * unit);
  let state: State = {
    coefficients: new Float64Array(targets.length),
    missing: Float64Array.from(targets),
    residual: relativeMiss(targets, targets, kernel.size),
  };
  let [products, iterations] = [0, 0];
  for (let turn = 0; turn <= RESTARTS; turn++) {
    if (state.residual <= options.tolerance || iterations >= options.iterations) break;
    const found = await run(data, ridge, unit, state, {
      ...options,
      ...(preconditioner === undefined ? {} : { preconditioner }),
      tolerance: options.tolerance / state.residual,
      iterations: options.iterations - iterations,
    });
    if (found === null) break;
    products += found.part.products + outputs;
    iterations += found.part.iterations;
    if (found.next.residual < state.residual) state = found.next;
    else if (preconditioner === undefined) break;
    // Of a singular system a preconditioner makes the directions that are out of reach the first ones.
    else preconditioner = undefined;
  }
  const { coefficients, residual } = state;
  return { coefficients, residual, products, iterations, converged: residual <= options.tolerance };
}

/**
 * Fits each ridge by preconditioned conjugate gradients, from products with K and a few of its rows alone. The residual is that of one
 * more product, not the one that the iteration believes in.
 *
 * Throws NumericalError when K plus a ridge turns out not to be positive definite, InterruptedError when the signal fires.
 */
export async function fitByProducts(data: ProductData, options: ProductOptions): Promise<readonly ProductFit[]> {
  const { ridges, rank, seed, algebra } = options;
  const diagonal = await data.kernel.diagonal();
  const pivots = randomPivots(data.kernel.size, rank, seed);
  const factor = partialCholesky(await data.rows(pivots), pivots, diagonal, algebra);
  const unit = diagonal.reduce((mean, own) => mean + own / diagonal.length, 0);
  const fits: ProductFit[] = [];
  for (const ridge of ridges) {
    const found = await solve(data, ridge, unit, factor, options);
    const common = { ridge, time: Infinity, method: 'cg' as const, leaveOneOut: null, warnings: [], rank: factor.rank };
    fits.push({ ...found, ...common, error: found.residual });
  }
  return fits;
}
