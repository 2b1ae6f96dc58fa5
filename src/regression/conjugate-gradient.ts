import { InterruptedError, NumericalError } from '../errors.js';
import { dot } from '../linalg/vectors.js';
import type { SymmetricOperator } from '../operators/operator.js';

/**
 * Growth of the residual at which an iteration has lost its way: that of a singular system whose right side it cannot
 * reach.
 */
const LOST = 1e6;

/** A preconditioner: an approximate solve for blocks `[columns, n]`. */
export type Preconditioner = (r: Float64Array) => Float64Array;

/** How a system is solved from products alone. */
export interface GradientOptions {
  /** |(K + shift I) a - y| / |y| at which an output is done. */
  readonly tolerance: number;
  /** Most steps, after which it gives up. */
  readonly iterations: number;
  readonly preconditioner?: Preconditioner;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
  /** Called after each product with the largest relative residual. */
  readonly onProgress?: (iteration: number, residual: number) => void;
}

/** What was found. */
export interface GradientFit {
  /** `[outputs, n]` */
  readonly coefficients: Float64Array;
  readonly residual: number;
  readonly converged: boolean;
  readonly iterations: number;
  /** Products of K with one vector. */
  readonly products: number;
}

/** Product of the vectors that stand at a position of two lists. */
const dotAt = (a: Float64Array, b: Float64Array, at: number, n: number): number =>
  dot(a.subarray(at, at + n), b.subarray(at, at + n));

/**
 * Solves (K + shift I) a = y for targets `[outputs, n]` by preconditioned conjugate gradients, all outputs in one
 * product a step (Hestenes and Stiefel 1952). What it gives is the best that it met, which is not the last where the
 * system is singular and y out of reach.
 *
 * Throws NumericalError when K + shift I turns out not to be positive definite, InterruptedError when the signal fires.
 */
export async function conjugateGradients(
  k: SymmetricOperator,
  shift: number,
  y: Float64Array,
  options: GradientOptions,
): Promise<GradientFit> {
  const n = k.size;
  const outputs = y.length / n;
  const each = Array.from({ length: outputs }, (_, c) => c * n);
  const condition = options.preconditioner ?? ((r: Float64Array) => Float64Array.from(r));
  const sizes = each.map((at) => Math.sqrt(dotAt(y, y, at, n)) || 1);
  const a = new Float64Array(y.length);
  const r = Float64Array.from(y);
  let z = condition(r);
  const p = Float64Array.from(z);
  let rho = each.map((at) => dotAt(r, z, at, n));
  const residualNow = (): number => Math.max(...each.map((at, c) => Math.sqrt(dotAt(r, r, at, n)) / sizes[c]));
  let [products, iterations] = [0, 0];
  let best = { residual: residualNow(), coefficients: Float64Array.from(a) };
  while (iterations < options.iterations && best.residual > options.tolerance) {
    if (options.signal?.aborted) throw new InterruptedError();
    const q = await k.apply(p, outputs);
    products += outputs;
    iterations += 1;
    each.forEach((at, c) => {
      for (let i = at; i < at + n; i++) q[i] += shift * p[i];
      const curvature = dotAt(p, q, at, n);
      if (rho[c] === 0) return;
      if (!(curvature > 0)) {
        throw new NumericalError(
          `conjugate gradients: K + shift I must be positive definite, got a direction with p'Ap = ${curvature}. ` +
            'Use a larger --ridge.',
        );
      }
      const step = rho[c] / curvature;
      for (let i = at; i < at + n; i++) {
        a[i] += step * p[i];
        r[i] -= step * q[i];
      }
    });
    z = condition(r);
    const next = each.map((at) => dotAt(r, z, at, n));
    each.forEach((at, c) => {
      const turn = rho[c] === 0 ? 0 : next[c] / rho[c];
      for (let i = at; i < at + n; i++) p[i] = z[i] + turn * p[i];
    });
    rho = next;
    const residual = residualNow();
    options.onProgress?.(iterations, residual);
    if (residual < best.residual) best = { residual, coefficients: Float64Array.from(a) };
    else if (!(residual <= LOST * best.residual)) break;
  }
  return { ...best, converged: best.residual <= options.tolerance, iterations, products };
}
