import { norm } from '../data/norm.js';
import { InterruptedError } from '../errors.js';
import { dot } from '../linalg/vectors.js';
import type { SymmetricOperator } from '../operators/operator.js';
import type { GradientOptions } from './conjugate-gradient.js';

/** What was found. */
export interface LeastSquares {
  /** `[outputs, n]` */
  readonly coefficients: Float64Array;
  /** |A r| / (|A| |y|) of the worst output, r = y - A a: 0 where no a does better. */
  readonly slope: number;
  readonly iterations: number;
  /** Products of K with one vector. */
  readonly products: number;
}

/** One output: the vectors of the recurrence. */
class Column {
  readonly a: Float64Array;
  readonly r: Float64Array;
  readonly #p: Float64Array;
  #s: Float64Array;
  readonly #q: Float64Array;
  readonly #size: number;
  #rho: number;
  /** Largest |A p| / |p|: a bound of |A| from below. */
  #largest: number;

  constructor(y: Float64Array, s: Float64Array) {
    const n = y.length;
    this.a = new Float64Array(n);
    this.r = Float64Array.from(y);
    this.#p = Float64Array.from(y);
    this.#s = s;
    this.#q = Float64Array.from(s);
    this.#size = norm(y, 0, n) || 1;
    this.#rho = dot(this.r, s);
    this.#largest = norm(s, 0, n) / this.#size;
  }

  get slope(): number {
    return this.#largest > 0 ? norm(this.#s, 0, this.r.length) / this.#largest / this.#size : 0;
  }

  /** One step along p; afterwards A r must be given to `turn`. */
  step(): void {
    // Divided twice: the square of a large kernel's product overflows.
    const size = norm(this.#q, 0, this.#q.length);
    const length = size > 0 ? this.#rho / size / size : 0;
    for (let i = 0; i < this.r.length; i++) {
      this.a[i] += length * this.#p[i];
      this.r[i] -= length * this.#q[i];
    }
  }

  turn(s: Float64Array): void {
    const n = this.r.length;
    this.#s = s;
    const rho = dot(this.r, s);
    const part = this.#rho > 0 ? rho / this.#rho : 0;
    this.#rho = rho;
    this.#largest = Math.max(this.#largest, norm(s, 0, n) / (norm(this.r, 0, n) || 1));
    for (let i = 0; i < n; i++) {
      this.#p[i] = this.r[i] + part * this.#p[i];
      this.#q[i] = s[i] + part * this.#q[i];
    }
  }
}

/**
 * Least squares |(K + shift I) a - y| for targets `[outputs, n]` by conjugate residuals, all outputs in one product a
 * step: of a semidefinite system that is singular the residual never grows, and what is out of reach of it does not
 * reach the coefficients beyond its own size.
 *
 * Throws InterruptedError when the signal fires. Source: Y. Saad, Iterative Methods for Sparse Linear Systems, 6.8.
 */
export async function conjugateResiduals(
  k: SymmetricOperator,
  shift: number,
  y: Float64Array,
  options: GradientOptions,
): Promise<LeastSquares> {
  const n = k.size;
  const outputs = y.length / n;
  let [iterations, products] = [0, 0];
  const images = async (x: Float64Array): Promise<Float64Array[]> => {
    if (options.signal?.aborted) throw new InterruptedError();
    const all = await k.apply(x, outputs);
    products += outputs;
    for (let i = 0; i < all.length; i++) all[i] += shift * x[i];
    return Array.from({ length: outputs }, (_, c) => all.subarray(c * n, (c + 1) * n));
  };
  const first = await images(y);
  const columns = first.map((s, c) => new Column(y.subarray(c * n, (c + 1) * n), s));
  const slope = (): number => columns.reduce((worst, column) => Math.max(worst, column.slope), 0);
  while (iterations < options.iterations && slope() > options.tolerance) {
    for (const column of columns) column.step();
    iterations += 1;
    const r = new Float64Array(outputs * n);
    columns.forEach(({ r: own }, c) => {
      r.set(own, c * n);
    });
    const next = await images(r);
    columns.forEach((column, c) => {
      column.turn(next[c]);
    });
    options.onProgress?.(iterations, slope());
  }
  const coefficients = new Float64Array(y.length);
  columns.forEach(({ a }, c) => {
    coefficients.set(a, c * n);
  });
  return { coefficients, slope: slope(), iterations, products };
}
