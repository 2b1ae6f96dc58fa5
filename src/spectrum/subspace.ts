import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { RandomSource } from '../linalg/random.js';
import { spectrumBounds } from './bounds.js';
import { basisFor } from './choose-basis.js';
import { CountedProducts, type IterationOptions, type IterationResult, type PlacedProducts } from './iteration.js';
import type { KrylovBasis } from './krylov-basis.js';

/** Lanczos steps that the estimate of the lower end takes. */
const SHIFT_STEPS = 10;
const MOST_ITERATIONS = 2000;

/**
 * The k algebraically largest eigenpairs by block subspace iteration with Rayleigh-Ritz in every step.
 *
 * The block has k + max(8, k / 2) columns; it iterates A - shift I with the shift in the middle of the part of the
 * spectrum to be damped, from the estimated lower end to the block's smallest Ritz value. Of a repeated eigenvalue it
 * sees all copies at once. Throws InterruptedError, NumericalError (a product is not finite). Source: Y. Saad,
 * Numerical Methods for Large Eigenvalue Problems, 5.
 */
export async function subspace(operator: PlacedProducts, options: IterationOptions): Promise<IterationResult> {
  const n = operator.size;
  const columns = Math.min(n, options.k + Math.max(8, Math.ceil(options.k / 2)));
  const products = new CountedProducts(operator, options.signal);
  const basis = basisFor(products, n, columns);
  try {
    return await iterate(basis, products, columns, options);
  } finally {
    basis.dispose();
  }
}

async function iterate(
  basis: KrylovBasis,
  products: CountedProducts,
  columns: number,
  options: IterationOptions,
): Promise<IterationResult> {
  const { k, tol } = options;
  const n = products.size;
  const random = new RandomSource(options.seed ?? COMPUTE_DEFAULTS.seed);
  const most = options.maxProducts ?? MOST_ITERATIONS * columns;
  let { lowest, norm } = await spectrumBounds(products, n, SHIFT_STEPS, random);
  const trace: number[] = [];
  // Random columns beside a given start: what is orthogonal to the start is found too.
  const start = random.normals(columns * n);
  start.set((options.start ?? start).subarray(0, (columns - 1) * n));
  basis.propose(start, columns, 0, random);
  for (;;) {
    await basis.multiply(products);
    const ritz = basis.ritz();
    const residuals = basis.restart(ritz, columns).slice(0, k);
    const last = ritz.values[columns - 1];
    norm = Math.max(norm, Math.abs(ritz.values[0]), Math.abs(last));
    lowest = Math.min(lowest, last);
    const residual = residuals.reduce((a, b) => Math.max(a, b), 0);
    trace.push(residual);
    const converged = residuals.filter((r) => r <= tol * norm).length;
    options.onProgress?.({ products: products.count, converged, wanted: k, residual });
    if (converged === k || products.count >= most) {
      const [values, vectors] = [ritz.values.slice(0, k), basis.vectors(k)];
      const common = { values, vectors, residuals, trace, norm, lowest, check: null };
      return { ...common, converged: converged === k, products: products.count };
    }
    basis.proposeShifted((lowest + last) / 2, 4 * Number.EPSILON * norm, random);
  }
}
