import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { RandomSource } from '../linalg/random.js';
import { dot } from '../linalg/vectors.js';
import { spectrumBounds } from './bounds.js';
import { CountedProducts, type IterationOptions, type IterationResult, type PlacedProducts } from './iteration.js';
import { norm, orthogonalise, residualNorm } from './rows.js';

/** Lanczos steps that the estimate of the lower end takes. */
const SHIFT_STEPS = 10;
/** Weight of the random part in a given start, so that a start orthogonal to what is sought leads there too. */
const MIXED_IN = 1e-4;
/** Share of the way from the lower end at which the shift lies. */
const TOWARDS = 0.4;
/** Products between two entries of the trace. */
const TRACE_EVERY = 10;

interface Pair {
  readonly value: number;
  readonly residual: number;
}

class PowerRun {
  readonly products: CountedProducts;
  readonly trace: number[] = [];
  readonly vectors: Float64Array;
  readonly found: Pair[] = [];
  readonly #n: number;
  readonly #options: IterationOptions;
  readonly #random: RandomSource;
  readonly #most: number;
  norm = 0;
  /** The smallest Rayleigh quotient that was met. */
  lowest = 0;

  constructor(operator: PlacedProducts, options: IterationOptions) {
    this.#n = operator.size;
    this.#options = options;
    this.#random = new RandomSource(options.seed ?? COMPUTE_DEFAULTS.seed);
    this.#most = options.maxProducts ?? 10_000 * options.k;
    this.products = new CountedProducts(operator, options.signal);
    this.vectors = new Float64Array(options.k * this.#n);
  }

  async begin(): Promise<void> {
    const bounds = await spectrumBounds(this.products, this.#n, SHIFT_STEPS, this.#random);
    this.norm = bounds.norm;
    this.lowest = bounds.lowest;
  }

  #start(): Float64Array {
    const { start } = this.#options;
    const x = this.#random.normals(this.#n);
    if (start === undefined || this.found.length > 0) return x;
    const weight = (MIXED_IN * norm(start.subarray(0, this.#n))) / norm(x);
    return x.map((value, i) => start[i] + weight * value);
  }

  /** Makes x a unit vector orthogonal to the vectors found. */
  #clean(x: Float64Array): void {
    let length = orthogonalise(this.vectors, this.found.length, this.#n, x);
    while (!(length > 0)) {
      x.set(this.#random.normals(this.#n));
      length = orthogonalise(this.vectors, this.found.length, this.#n, x);
    }
    for (let j = 0; j < x.length; j++) x[j] /= length;
  }

  /** The next pair, in the complement of those found. */
  async next(): Promise<void> {
    const { tol, k, onProgress } = this.#options;
    const x = this.#start();
    this.#clean(x);
    for (let step = 1; ; step++) {
      const w = await this.products.apply(x, 1);
      const value = dot(x, w);
      const residual = residualNorm(w, value, x);
      this.norm = Math.max(this.norm, Math.abs(value));
      this.lowest = Math.min(this.lowest, value);
      const isOver = residual <= tol * this.norm || this.products.count >= this.#most;
      if (isOver || step % TRACE_EVERY === 0) {
        this.trace.push(residual);
        onProgress?.({ products: this.products.count, converged: this.found.length, wanted: k, residual });
      }
      if (isOver) {
        this.vectors.set(x, this.found.length * this.#n);
        this.found.push({ value, residual });
        return;
      }
      // Short of half way from the lower end to 0, or to the value itself below 0: the lower end, known from inside
      // alone, never outweighs the upper.
      const shift = this.lowest + TOWARDS * (Math.min(0, value) - this.lowest);
      for (let j = 0; j < x.length; j++) x[j] = w[j] - shift * x[j];
      this.#clean(x);
    }
  }
}

/**
 * The k algebraically largest eigenpairs by power iteration, one after the other, each orthogonal to those before.
 *
 * It iterates A - shift I with the shift short of the middle between the estimated lower end and 0 (or the value itself
 * where that is below 0), so that negative eigenvalues of large magnitude do not lead astray. Slow where eigenvalues
 * are close: the error falls by l_2 / l_1 a product. Throws InterruptedError, NumericalError (a product is not finite).
 * Source: G. Golub, C. Van Loan, Matrix Computations, 8.2.
 */
export async function power(operator: PlacedProducts, options: IterationOptions): Promise<IterationResult> {
  const n = operator.size;
  const run = new PowerRun(operator, options);
  await run.begin();
  while (run.found.length < options.k) await run.next();
  const order = run.found.map((_, i) => i).sort((i, j) => run.found[j].value - run.found[i].value);
  const vectors = new Float64Array(options.k * n);
  order.forEach((from, to) => {
    vectors.set(run.vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  const residuals = Float64Array.from(order, (i) => run.found[i].residual);
  return {
    values: Float64Array.from(order, (i) => run.found[i].value),
    vectors,
    residuals,
    converged: residuals.every((residual) => residual <= options.tol * run.norm),
    products: run.products.count,
    trace: run.trace,
    norm: run.norm,
    lowest: run.lowest,
    check: null,
  };
}
