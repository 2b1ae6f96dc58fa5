import { NumericalError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import type { CholeskyFactor, LinearAlgebra } from '../linalg/algebra.js';
import { RandomSource } from '../linalg/random.js';
import { Basis } from './basis.js';
import { spectrumBounds } from './bounds.js';
import { CountedProducts, type IterationOptions, type IterationResult } from './iteration.js';
import { lanczos } from './lanczos.js';

const ENDS_STEPS = 20;
/** So that the inverse of a matrix next to 0 does not overflow. */
const SMALLEST_NORM = 2 ** -900;
/**
 * Shifts to try in turn, as shares of the spread of the values sought (0: the least that rounding allows), and
 * tolerances of the inner iteration. A residual of the inverse is one of A times (l_k + shift) / shift: a larger shift
 * is for values of many magnitudes.
 */
const ATTEMPTS = [
  { share: 0, innerTol: 1e-12 },
  { share: 1e-3, innerTol: 1e-13 },
  { share: 0.1, innerTol: 1e-14 },
];

/** A matrix in memory `[n, n]` and what works on it. */
export interface StoredMatrix {
  readonly entries: Float64Array;
  readonly size: number;
  readonly algebra: LinearAlgebra;
}

/**
 * Factors A + shift I with a shift, `least` beyond the lower end or more, that makes it positive definite to rounding.
 */
async function factorShifted(
  { entries, size, algebra }: StoredMatrix,
  lowest: number,
  norm: number,
  least: number,
): Promise<CholeskyFactor> {
  const rounding = 16 * Number.EPSILON * Math.sqrt(size) * Math.max(norm, SMALLEST_NORM);
  let shift = Math.max(rounding, least) + (lowest < -rounding ? -1.01 * lowest : 0);
  for (;;) {
    const shifted = entries.slice();
    for (let i = 0; i < size; i++) shifted[i * (size + 1)] += shift;
    try {
      return await algebra.cholesky(shifted, size);
    } catch (error) {
      if (!(error instanceof NumericalError) || shift > 4 * Math.max(norm, SMALLEST_NORM)) throw error;
      shift *= lowest < -rounding ? 1.5 : 16;
    }
  }
}

/**
 * The k algebraically smallest eigenpairs, values descending, by Lanczos on the inverse of A + shift I (a Cholesky
 * factorisation).
 *
 * Values and residuals are those of A itself: Rayleigh-Ritz with A on the vectors found. `products` counts solves and
 * products. Throws InterruptedError. Source: T. Ericsson, A. Ruhe, Math. Comp. 35 (1980) 1251.
 */
export async function smallestByInverse(matrix: StoredMatrix, options: IterationOptions): Promise<IterationResult> {
  const { entries, size, algebra } = matrix;
  const { k, tol } = options;
  const apply = async (x: Float64Array, columns: number): Promise<Float64Array> =>
    algebra.apply(entries, size, x, columns);
  const products = new CountedProducts({ size, apply }, options.signal);
  const random = new RandomSource(options.seed ?? COMPUTE_DEFAULTS.seed);
  const bounds = await spectrumBounds(products, size, ENDS_STEPS, random);
  let spread = 0;
  let solves = 0;
  for (let attempt = 0; ; attempt++) {
    const { share, innerTol } = ATTEMPTS[attempt];
    const factor = await factorShifted(matrix, bounds.lowest, bounds.norm, share * spread);
    const inverse = { size, apply: async (x: Float64Array, columns: number) => factor.solve(x, columns) };
    const inner = await lanczos(inverse, { ...options, tol: innerTol }).finally(() => factor.release?.());
    solves += inner.products;
    const basis = new Basis(size, k);
    basis.propose(inner.vectors, k, 0, random);
    basis.accept(await products.apply(basis.next(), k));
    const ritz = basis.ritz();
    const residuals = basis.restart(ritz, k);
    const norm = Math.max(bounds.norm, Math.abs(ritz.values[0]), Math.abs(ritz.values[k - 1]));
    const converged = residuals.every((residual) => residual <= tol * norm);
    if (converged || attempt === ATTEMPTS.length - 1) {
      const { values } = ritz;
      const found = {
        values,
        vectors: basis.vectors(k),
        residuals,
        converged,
        trace: inner.trace,
        norm,
        lowest: values[k - 1],
      };
      // The search of the inverse spoke of its self-kernels; those of A are checked by inertia.
      return { ...found, products: products.count + solves, check: null };
    }
    spread = ritz.values[0] - Math.min(0, ritz.values[k - 1]);
  }
}
