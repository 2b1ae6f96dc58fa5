import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { RandomSource } from '../linalg/random.js';
import { Basis } from './basis.js';
import { spectrumBounds } from './bounds.js';
import { CountedProducts, type IterationOptions, type IterationResult, type Products } from './iteration.js';

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
export async function subspace(operator: Products, options: IterationOptions): Promise<IterationResult> {
  const n = operator.size;
  const { k, tol } = options;
  const columns = Math.min(n, k + Math.max(8, Math.ceil(k / 2)));
  const random = new RandomSource(options.seed ?? COMPUTE_DEFAULTS.seed);
  const products = new CountedProducts(operator, options.signal);
  const most = options.maxProducts ?? MOST_ITERATIONS * columns;
  let { lowest, norm } = await spectrumBounds(products, n, SHIFT_STEPS, random);
  const trace: number[] = [];
  const basis = new Basis(n, columns);
  // Random columns beside a given start: what is orthogonal to the start is found too.
  const start = random.normals(columns * n);
  start.set((options.start ?? start).subarray(0, (columns - 1) * n));
  basis.propose(start, columns, 0, random);
  for (;;) {
    basis.accept(await products.apply(basis.next(), columns));
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
    const images = basis.shiftedProducts((lowest + last) / 2);
    basis.clear();
    basis.propose(images, columns, 4 * Number.EPSILON * norm, random);
  }
}
