import { NumericalError } from '../errors.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { roundingFloor } from '../linalg/floor.js';
import type { SymmetricOperator } from '../operators/operator.js';
import { conjugateGradients, type GradientOptions, type Preconditioner } from './conjugate-gradient.js';
import { conjugateResiduals } from './conjugate-residual.js';
import { nameOf, notSemidefinite } from './definite.js';
import type { Fit } from './fit.js';
import { lowestByProducts } from './lowest.js';
import { type PartialFactor, partialCholesky, randomPivots } from './partial-cholesky.js';
import { relativeMiss } from './ridge.js';

/** Times that iteration starts again where rounding has made it believe in too small a residual. */
const RESTARTS = 3;

/**
 * Share of the tolerance to which least squares are solved, by A r over |A| |y|: of directions of small eigenvalues it
 * says less than the residual.
 */
const SLOPE = 1e-3;

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
  /** Whether the residual is at most the tolerance; where the kernel is singular to rounding, K times it. */
  readonly converged: boolean;
  /** Steps of conjugate gradients. */
  readonly iterations: number;
  /** Products of K with one vector. */
  readonly products: number;
  /** Rows of K in the preconditioner: those chosen less those that depend on others. */
  readonly rank: number;
}

/**
 * Numbers of 8 bytes that a fit holds at its peak, beside the operator: rows of the preconditioner, and some blocks of
 * vectors.
 */
export function productFitNumbers(n: number, outputs: number, rank: number): number {
  return n * (rank + 12 * outputs + 4) + 3 * rank * (rank + outputs);
}

/** A ridge to fit: as a multiple of the mean diagonal, and what it adds. */
interface Ridge {
  readonly ridge: number;
  readonly unit: number;
  readonly shift: number;
}

/** What the iteration has come to. */
interface State {
  readonly coefficients: Float64Array;
  /** y - (K + shift I) a, from a product. */
  readonly missing: Float64Array;
  readonly residual: number;
  readonly products: number;
  readonly iterations: number;
}

function startOf({ kernel, targets }: ProductData): State {
  const coefficients = new Float64Array(targets.length);
  const residual = relativeMiss(targets, targets, kernel.size);
  return { coefficients, missing: Float64Array.from(targets), residual, products: 0, iterations: 0 };
}

/** The state with coefficients, after one more product. */
async function checked(data: ProductData, { shift }: Ridge, coefficients: Float64Array): Promise<State> {
  const { kernel, targets } = data;
  const outputs = targets.length / kernel.size;
  const product = await kernel.apply(coefficients, outputs);
  const missing = targets.map((y, i) => y - product[i] - shift * coefficients[i]);
  return {
    coefficients,
    missing,
    residual: relativeMiss(missing, targets, kernel.size),
    products: outputs,
    iterations: 0,
  };
}

/** Conjugate gradients, started again while that helps; null where they met a direction that is not positive. */
async function byGradients(
  data: ProductData,
  ridge: Ridge,
  preconditioner: Preconditioner,
  options: ProductOptions,
): Promise<State | null> {
  let state = startOf(data);
  for (let turn = 0; turn <= RESTARTS; turn++) {
    if (state.residual <= options.tolerance || state.iterations >= options.iterations) return state;
    try {
      const part = await conjugateGradients(data.kernel, ridge.shift, state.missing, {
        ...options,
        preconditioner,
        tolerance: options.tolerance / state.residual,
        iterations: options.iterations - state.iterations,
      });
      const next = await checked(
        data,
        ridge,
        state.coefficients.map((value, i) => value + part.coefficients[i]),
      );
      const products = state.products + part.products + next.products;
      const iterations = state.iterations + part.iterations;
      if (!(next.residual < state.residual)) return { ...state, products, iterations };
      state = { ...next, products, iterations };
    } catch (error) {
      if (error instanceof NumericalError) return null;
      throw error;
    }
  }
  return state;
}

type Solved = Omit<ProductFit, 'ridge' | 'time' | 'method' | 'leaveOneOut' | 'rank'>;

/** Least squares of a kernel that is singular to rounding: what its null space holds of the labels is never learnt. */
async function leastSquares(data: ProductData, ridge: Ridge, before: number, options: ProductOptions): Promise<Solved> {
  const { kernel, targets } = data;
  const tolerance = SLOPE * options.tolerance;
  const found = await conjugateResiduals(kernel, ridge.shift, targets, { ...options, tolerance });
  const { coefficients, residual, products } = await checked(data, ridge, found.coefficients);
  const share = `${Number((100 * residual).toPrecision(2))} %`;
  const unlearnt =
    `${nameOf(kernel)}: singular to rounding; of the labels ${share} of their norm are out of its reach and never ` +
    'learnt';
  return {
    coefficients,
    residual,
    error: found.slope,
    products: before + found.products + products,
    iterations: found.iterations,
    converged: found.slope <= options.tolerance,
    warnings: residual > options.tolerance ? [unlearnt] : [],
  };
}

/** Fits one ridge. @throws NumericalError, with the eigenvalue, for a kernel that is not positive semidefinite. */
async function solve(data: ProductData, ridge: Ridge, factor: PartialFactor, options: ProductOptions): Promise<Solved> {
  const { kernel } = data;
  const state = await byGradients(data, ridge, await factor.preconditioner(ridge.shift), options);
  if (state === null || (state.residual > options.tolerance && state.iterations < options.iterations)) {
    const { lowest, norm } = await lowestByProducts(kernel, options.signal);
    const floor = roundingFloor(norm, kernel.size, kernel.roundoff);
    if (lowest < -floor) throw notSemidefinite(kernel, { lowest, floor, ...ridge });
    if (state === null || lowest + ridge.shift <= floor)
      return leastSquares(data, ridge, state?.products ?? 0, options);
  }
  const { missing: _missing, ...found } = state;
  return { ...found, error: found.residual, converged: found.residual <= options.tolerance, warnings: [] };
}

/**
 * Fits each ridge by preconditioned conjugate gradients, from products with K and a few of its rows alone; where K plus
 * the ridge is singular to rounding and the targets out of its reach, by conjugate residuals. The residual is that of
 * one more product, not the one that the iteration believes in.
 *
 * Throws NumericalError when K has an eigenvalue below 0 that rounding does not explain and the iteration met it,
 * InterruptedError when the signal fires.
 */
export async function fitByProducts(data: ProductData, options: ProductOptions): Promise<readonly ProductFit[]> {
  const { ridges, rank, seed, algebra } = options;
  const diagonal = await data.kernel.diagonal();
  const pivots = randomPivots(data.kernel.size, rank, seed);
  const factor = partialCholesky(await data.rows(pivots), pivots, diagonal, algebra);
  const unit = diagonal.reduce((mean, own) => mean + own / diagonal.length, 0);
  const fits: ProductFit[] = [];
  try {
    for (const ridge of ridges) {
      const found = await solve(data, { ridge, unit, shift: ridge * unit }, factor, options);
      fits.push({ ...found, ridge, time: Infinity, method: 'cg', leaveOneOut: null, rank: factor.rank });
    }
  } finally {
    factor.release();
  }
  return fits;
}
