import type { DeviceTensor } from '../../../kernels/tfjs/tensorflow/device.js';
import { cholesky, diagonalPart, triangularSolve } from '../../../kernels/tfjs/tensorflow/factorisations.js';
import { norm } from '../../data/norm.js';
import type { FactorInPlace } from '../algebra.js';
import { diagonalOf } from '../in-place.js';
import { checkPivots } from '../pivots.js';
import { type Checked, isFactor, solves } from './checks.js';
import { type DeviceSpace, doublesOf, WrongResult } from './space.js';

/** Factors that nobody has released when they are collected. */
const forgotten = new FinalizationRegistry<DeviceTensor>((l) => l.dispose());

/** The matrix of a factor, and what solves with it where the device does not. */
export interface Factored extends Checked {
  /** Largest entries of A outside of [1/2, 1) are brought there by this power of 4, so that nothing overflows. */
  readonly scale: number;
  /** Factorises A in place on the processor because of an error of the device, and says so. */
  instead(error: unknown): FactorInPlace;
}

/** A Cholesky factor on a device; A stays as it is on the processor, where residuals are computed. */
export class DeviceFactor implements FactorInPlace {
  readonly size: number;
  readonly logDeterminant: number;
  readonly #space: DeviceSpace;
  readonly #of: Factored;
  readonly #l: DeviceTensor;
  readonly #frobenius: number;
  #other: FactorInPlace | null = null;

  /** @throws NumericalError where A is not positive definite to the device, WrongResult where L L' is not A */
  constructor(space: DeviceSpace, of: Factored) {
    const { n, a, scale } = of;
    const { tensors } = space;
    this.#space = space;
    this.#of = of;
    this.size = n;
    this.#frobenius = norm(a, 0, n * n);
    this.#l = tensors.tidy(() => {
      const whole = tensors.lend(a, [n, n]);
      return cholesky(tensors, scale === 1 ? whole : tensors.mul(whole, scale));
    });
    try {
      const roots = tensors.tidy(() => doublesOf(space, diagonalPart(tensors, this.#l)));
      const root = Math.sqrt(scale);
      this.logDeterminant = checkPivots(
        diagonalOf(a, n),
        roots.map((value) => value / root),
      );
      if (!isFactor(of, this.#frobenius, this.#product)) throw new WrongResult("L L' is not the matrix to rounding");
    } catch (error) {
      this.#l.dispose();
      throw error;
    }
    forgotten.register(this, this.#l, this);
  }

  solve(b: Float64Array, columns: number): Float64Array {
    const { n } = this.#of;
    if (columns === 0) return new Float64Array(0);
    if (this.#other !== null) return this.#other.solve(b, columns);
    const right = b.subarray(0, columns * n);
    try {
      const first = this.#solved(right, columns);
      if (solves(this.#of, this.#frobenius, first, right)) return first;
      const product = this.#of.times(first, columns);
      const correction = this.#solved(
        right.map((value, i) => value - product[i]),
        columns,
      );
      const refined = first.map((value, i) => value + correction[i]);
      if (solves(this.#of, this.#frobenius, refined, right)) return refined;
      throw new WrongResult('a solution does not solve, refined neither');
    } catch (error) {
      this.release();
      this.#other = this.#of.instead(error);
      return this.#other.solve(b, columns);
    }
  }

  apply(x: Float64Array, columns: number): Float64Array {
    if (this.#other !== null) return this.#other.apply(x, columns);
    return this.#of.times(x.subarray(0, columns * this.#of.n), columns);
  }

  restore(): void {
    this.release();
    this.#other?.restore();
    this.#other = null;
  }

  release(): void {
    forgotten.unregister(this);
    this.#l.dispose();
  }

  #solved(b: Float64Array, columns: number): Float64Array {
    const { n, scale } = this.#of;
    const { tensors } = this.#space;
    const x = tensors.tidy(() => {
      const right = tensors.transpose(tensors.tensor(b, [columns, n]));
      const half = triangularSolve(tensors, this.#l, right, false);
      const whole = tensors.transpose(triangularSolve(tensors, this.#l, half, true));
      return doublesOf(this.#space, scale === 1 ? whole : tensors.mul(whole, scale));
    });
    return x;
  }

  /** L (L' x), with A for what it is a factor of. */
  readonly #product = (x: Float64Array, columns: number): Float64Array => {
    const { n, scale } = this.#of;
    const { tensors } = this.#space;
    return tensors.tidy(() => {
      const rows = tensors.tensor(x, [columns, n]);
      // Rows: x' L, then times L'.
      const product = tensors.matMul(tensors.matMul(rows, this.#l), this.#l, false, true);
      return doublesOf(this.#space, scale === 1 ? product : tensors.div(product, scale));
    });
  };
}
