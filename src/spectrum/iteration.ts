import type { DeviceTensor } from '../../kernels/tfjs/tensorflow/device.js';
import { InternalError, InterruptedError, NumericalError } from '../errors.js';
import { type DeviceSpace, doublesOf, WrongResult } from '../linalg/device/space.js';
import { nextTask } from '../platform/tasks.js';

/** Milliseconds of work on a device after which signals are let through. */
const PATIENCE = 50;

/** A symmetric matrix on a device. */
export interface DeviceProducts {
  readonly space: DeviceSpace;
  /** A X for X `[columns, n]`: a new tensor. */
  apply(x: DeviceTensor): DeviceTensor;
}

/** A symmetric matrix as an iteration sees it: products with blocks X `[columns, n]`. */
export interface Products {
  /** n. */
  readonly size: number;
  /** The product with `columns` vectors, `[columns, n]`. */
  apply(x: Float64Array, columns: number): Promise<Float64Array>;
}

/** A matrix as an iteration sees it, wherever it lies. */
export interface PlacedProducts extends Products {
  /** Products with vectors that stay on a device; absent where there is none. */
  readonly onDevice?: DeviceProducts;
}

/** How far an iteration is. */
export interface IterationProgress {
  /** Products of the matrix with one vector so far. */
  readonly products: number;
  /** Eigenpairs of those sought whose residual is within the tolerance. */
  readonly converged: number;
  /** Eigenpairs sought. */
  readonly wanted: number;
  /** Largest residual among those sought, by the last look. */
  readonly residual: number;
}

/** What iterations for the algebraically largest eigenpairs have in common. */
export interface IterationOptions {
  /** Eigenpairs sought, at most n. */
  readonly k: number;
  /** Residuals |A v - l v| at most tol |A|. */
  readonly tol: number;
  readonly seed?: number;
  /** Start vectors `[columns, n]`; random without. */
  readonly start?: Float64Array;
  /** Products after which it gives up, with the status not converged. */
  readonly maxProducts?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: IterationProgress) => void) | undefined;
}

/** Whether all eigenvalues above a bound were found. */
export interface MissedCheck {
  /**
   * `inertia`: a factorisation, certain; `random vectors`: a search of what is orthogonal to what was found; `all`:
   * there are no others.
   */
  readonly by: 'inertia' | 'random vectors' | 'all';
  /** Eigenvalues beyond this number are counted. */
  readonly bound: number;
  /** Eigenvalues beyond the bound that were not found; null when the search did not decide. */
  readonly missed: number | null;
  /** Probability, over the random vectors, of saying 0 falsely; 0 for `inertia` and `all`. */
  readonly risk: number;
}

/** Approximate eigenpairs, largest first. */
export interface IterationResult {
  /** `[k]` */
  readonly values: Float64Array;
  /** `[k, n]`, orthonormal rows. */
  readonly vectors: Float64Array;
  /** `[k]`: |A v - l v|, from products with A, not from estimates. */
  readonly residuals: Float64Array;
  readonly converged: boolean;
  /** Products of the matrix with one vector. */
  readonly products: number;
  /** Largest residual of those sought, once a restart. */
  readonly trace: readonly number[];
  /** Estimate of |A| from below: the largest magnitude of a Ritz value. */
  readonly norm: number;
  /** The smallest Ritz value that was met: the smallest eigenvalue, or a bound of it from above. */
  readonly lowest: number;
  readonly check: MissedCheck | null;
}

/**
 * Counts the products of an iteration, and stops it when its caller says so. Throws InterruptedError; NumericalError
 * when a product is not finite.
 */
export class CountedProducts {
  /** Products with one vector so far. */
  count = 0;
  readonly #operator: PlacedProducts;
  #rested = performance.now();
  readonly #signal: AbortSignal | undefined;

  constructor(operator: PlacedProducts, signal: AbortSignal | undefined) {
    this.#operator = operator;
    this.#signal = signal;
  }

  /** Rows n of the matrix. */
  get size(): number {
    return this.#operator.size;
  }

  /** The matrix on a device; null where there is none. */
  get onDevice(): DeviceProducts | null {
    return this.#operator.onDevice ?? null;
  }

  /** A X for X `[columns, n]`. */
  async apply(x: Float64Array, columns: number): Promise<Float64Array> {
    if (this.#signal?.aborted) throw new InterruptedError();
    this.count += columns;
    const y = await this.#operator.apply(x, columns);
    if (this.#signal?.aborted) throw new InterruptedError();
    this.#checkFinite(y);
    return y;
  }

  /** A X for X `[columns, n]` on the device. */
  async applyOnDevice(x: DeviceTensor, columns: number): Promise<DeviceTensor> {
    const device = this.onDevice;
    if (device === null) throw new InternalError('products on a device that is not there');
    if (performance.now() - this.#rested > PATIENCE) {
      await nextTask();
      this.#rested = performance.now();
    }
    if (this.#signal?.aborted) throw new InterruptedError();
    this.count += columns;
    const { tensors } = device.space;
    const y = device.apply(x);
    // 0 times what is not finite is no number.
    const [zero] = tensors.tidy(() => tensors.readSync(tensors.sum(tensors.mul(y, 0))));
    if (zero !== 0) {
      const values = doublesOf(device.space, y);
      y.dispose();
      this.#checkFinite(values);
      throw new WrongResult('a sum of zeros is not 0');
    }
    return y;
  }

  #checkFinite(y: Float64Array): void {
    const bad = y.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return;
    throw new NumericalError(
      `product of the matrix: must be finite, got ${y[bad]} in row ${bad % this.#operator.size}. Look for NaN or ` +
        'Infinity in the matrix.',
    );
  }
}
