import { eigen } from '../../../kernels/tfjs/tensorflow/factorisations.js';
import { isNtkError, NumericalError, UsageError } from '../../errors.js';
import type { CholeskyFactor, EigenDecomposition, FactorInPlace, Inertia, LinearAlgebra } from '../algebra.js';
import { largestEntry } from '../matrix.js';
import { arePairs, areValues, type Checked } from './checks.js';
import { DeviceFactor } from './factor.js';
import { register } from './lookup.js';
import { sortRows } from './order.js';
import { type DeviceSpace, doublesOf, reasonOf, WrongResult } from './space.js';

/** Linear algebra of the processor, which also factorises at once. */
export interface HostAlgebra extends LinearAlgebra {
  /** As `factorise`, and waits for it. */
  factoriseNow(a: Float64Array, n: number): FactorInPlace;
}

/** How a device takes part. */
export interface DeviceAlgebraOptions {
  /** Rows from which on it is asked; smaller matrices are for the processor. [1] */
  readonly least?: number;
  /** Takes a line where the processor has to take over. */
  readonly warn?: (line: string) => void;
}

/** Largest decomposition: its workspace of 2 n^2 numbers is counted by a 32-bit integer, by the library of GPUs too. */
const LARGEST = 32_766;

/** Sizes of entries whose squares and sums are far from overflow and underflow. */
const USUAL = { least: 2 ** -200, most: 2 ** 200 } as const;

/** A power of 4 that brings the largest entry close to 1; 1 for usual ones. */
function scaleFor(largest: number): number {
  if (largest === 0 || (largest >= USUAL.least && largest <= USUAL.most)) return 1;
  return 4 ** -Math.round(Math.log2(largest) / 2);
}

/**
 * Dense linear algebra by TensorFlow in float64, and on the processor what TensorFlow lacks (inertia) or does not pay
 * for (products with a matrix that is not held there).
 *
 * What comes from the device is checked on the processor in float64: eigenpairs and factors to 50 2^-52 |A|, solutions
 * to the same backward error, after one step of refinement where they need it. Where a check or an operation fails, the
 * algebra of the processor takes over for good, with one line.
 */
export class DeviceAlgebra implements LinearAlgebra {
  readonly space: DeviceSpace;
  readonly isNative: boolean;
  readonly eigenCopies: number;
  readonly factorCopies: number;
  readonly #host: HostAlgebra;
  readonly #least: number;
  readonly #warn: (line: string) => void;
  #isLost = false;
  #hasComputed = false;

  constructor(space: DeviceSpace, host: HostAlgebra, { least = 1, warn = () => undefined }: DeviceAlgebraOptions = {}) {
    register(this);
    this.space = space;
    this.#host = host;
    this.#least = least;
    this.#warn = warn;
    // What is asked by this, factorisations with pivoting, is computed there.
    this.isNative = host.isNative;
    // Measured where the processor computes; a GPU works in its own memory, and what is read comes here.
    this.eigenCopies = Math.max(host.eigenCopies, space.isGpu ? 2 : 8);
    this.factorCopies = space.isGpu ? 1 : 3.5;
  }

  get name(): string {
    if (!this.#isLost) return this.space.name;
    return this.#hasComputed ? `${this.space.name}, then ${this.#host.name}` : this.#host.name;
  }

  get largestEigen(): number {
    return this.#isLost ? this.#host.largestEigen : Math.max(this.#host.largestEigen, LARGEST);
  }

  /** Whether the device is asked for matrices of n rows. */
  takes(n: number): boolean {
    return !this.#isLost && n >= this.#least;
  }

  /** Leaves the device for good because `what` failed there, and says so. */
  handOver(what: string, error: unknown): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#warn(`${this.space.name}: ${what} failed (${reasonOf(error)}); ${this.#host.name} takes over`);
  }

  /** Notes that the device has computed something that is used. */
  computed(): void {
    this.#hasComputed = true;
  }

  async cholesky(a: Float64Array, n: number): Promise<CholeskyFactor> {
    return this.factorise(a.slice(0, n * n), n);
  }

  async factorise(a: Float64Array, n: number): Promise<FactorInPlace> {
    if (!this.takes(n)) return this.#host.factorise(a, n);
    const scale = scaleFor(largestEntry(a, n, 'Cholesky'));
    const what = `Cholesky of ${n} rows`;
    const instead = (error: unknown): FactorInPlace => {
      this.handOver(what, error);
      return this.#host.factoriseNow(a, n);
    };
    try {
      const factor = new DeviceFactor(this.space, { ...this.#checked(a, n), scale, instead });
      this.computed();
      return factor;
    } catch (error) {
      if (isNtkError(error) && !(error instanceof NumericalError)) throw error;
      // A matrix that is not definite is the matter of both, and the processor tells its row for sure.
      const factor = await this.#host.factorise(a, n);
      this.handOver(what, error);
      return factor;
    }
  }

  async eigen(a: Float64Array, n: number, vectors: boolean): Promise<EigenDecomposition> {
    if (!this.takes(n)) return this.#host.eigen(a, n, vectors);
    if (n > this.largestEigen) {
      throw new UsageError(
        `eigenvalues: TensorFlow must count its workspace with 32 bits, so n up to ${this.largestEigen}, got ${n}. ` +
          'Ask for fewer eigenpairs.',
      );
    }
    const scale = scaleFor(largestEntry(a, n, 'eigenvalues'));
    try {
      const found = this.#eigen(a, n, vectors, scale);
      this.computed();
      return found;
    } catch (error) {
      if (isNtkError(error)) throw error;
      this.handOver(`the decomposition of ${n} rows`, error);
      return this.#host.eigen(a, n, vectors);
    }
  }

  inertia(a: Float64Array, n: number, shift: number): Promise<Inertia> {
    return this.#host.inertia(a, n, shift);
  }

  apply(a: Float64Array, n: number, x: Float64Array, columns: number): Float64Array {
    return this.#host.apply(a, n, x, columns);
  }

  #checked(a: Float64Array, n: number): Checked {
    return { a, n, times: (x, columns) => this.#host.apply(a, n, x, columns) };
  }

  #eigen(a: Float64Array, n: number, wanted: boolean, scale: number): EigenDecomposition {
    const { tensors } = this.space;
    const { values, vectors } = tensors.tidy(() => {
      const whole = tensors.lend(a.subarray(0, n * n), [n, n]);
      const pairs = eigen(tensors, scale === 1 ? whole : tensors.mul(whole, scale), wanted);
      const rows = pairs.vectors === null ? null : doublesOf(this.space, pairs.vectors);
      // Adding 0 makes 0 of -0.
      const read = doublesOf(this.space, pairs.values).map((value) => value / scale + 0);
      return { values: sortRows(read, rows), vectors: rows };
    });
    const checked = this.#checked(a, n);
    const isGood = vectors === null ? areValues(checked, values) : arePairs(checked, values, vectors);
    if (!isGood) throw new WrongResult(`${vectors === null ? 'values' : 'pairs'} do not hold to rounding`);
    return { values, vectors };
  }
}
