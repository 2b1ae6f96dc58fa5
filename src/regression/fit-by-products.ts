import type { LinearAlgebra } from '../linalg/algebra.js';
import type { SymmetricOperator } from '../matrix/operator.js';
import { conjugateGradients, type GradientOptions } from './conjugate-gradient.js';
import type { Fit } from './fit.js';
import { type PartialFactor, partialCholesky, randomPivots } from './partial-cholesky.js';

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
  return n * (rank + 10 * outputs + 4) + 3 * rank * (rank + outputs);
}

/** Largest |r| / |y| of an output. */
function relativeSize(r: Float64Array, y: Float64Array, n: number): number {
  let worst = 0;
  for (let at = 0; at < y.length; at += n) {
    let [miss, size] = [0, 0];
    for (let i = at; i < at + n; i++) {
      miss += r[i] ** 2;
      size += y[i] ** 2;
    }
    worst = Math.max(worst, Math.sqrt(miss / (size || 1)));
  }
  return worst;
}

async function solve(data: ProductData, shift: number, factor: PartialFactor, options: ProductOptions) {
  const { kernel, targets } = data;
  const n = kernel.size;
  const outputs = targets.length / n;
  const preconditioner = await factor.preconditioner(shift);
  const coefficients = new Float64Array(targets.length);
  let missing = Float64Array.from(targets);
  let [residual, products, iterations] = [relativeSize(missing, targets, n), 0, 0];
  for (let turn = 0; turn <= RESTARTS && residual > options.tolerance && iterations < options.iterations; turn++) {
    const part = await conjugateGradients(kernel, shift, missing, {
      ...options,
      preconditioner,
      tolerance: options.tolerance / residual,
      iterations: options.iterations - iterations,
    });
    for (let i = 0; i < coefficients.length; i++) coefficients[i] += part.coefficients[i];
    const product = await kernel.apply(coefficients, outputs);
    missing = targets.map((y, i) => y - product[i] - shift * coefficients[i]);
    residual = relativeSize(missing, targets, n);
    products += part.products + outputs;
    iterations += part.iterations;
  }
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
  const unit = diagonal.reduce((sum, v) => sum + v, 0) / diagonal.length;
  const fits: ProductFit[] = [];
  for (const ridge of ridges) {
    const found = await solve(data, ridge * unit, factor, options);
    fits.push({ ...found, ridge, time: Infinity, leaveOneOut: null, rank: factor.rank });
  }
  return fits;
}
