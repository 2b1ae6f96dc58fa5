import type { RandomSource } from '../linalg/random.js';
import type { CountedProducts } from './iteration.js';
import type { SmallEigen } from './projected.js';

/**
 * An orthonormal basis V, the products W = A V, and the projected matrix H = V A V', wherever its vectors lie.
 *
 * W is kept beside V, so that the residuals of Ritz vectors are those of true products, at no further product, and H
 * holds whatever the basis came from: blocks, restarts, random vectors. Behind the basis stand the next vectors,
 * orthonormal to it.
 */
export interface KrylovBasis {
  /** Vectors in the basis. */
  readonly size: number;
  /** Vectors that stand behind the basis, to be multiplied next. */
  readonly waiting: number;
  /** The waiting vectors, one after the other, on the processor. */
  next(): Float64Array;
  /**
   * Puts `candidates` `[count, n]` behind the basis, made orthonormal to it and to one another, as many as there is
   * room for in n dimensions.
   *
   * One that vanishes (its part outside is at most `floor`) gives way to a random vector: an invariant subspace was
   * found, and the search goes on outside it.
   */
  propose(candidates: Float64Array, count: number, floor: number, random: RandomSource): void;
  /**
   * Proposes the parts of the products of the last `count` vectors that lie outside the basis: the next Krylov block.
   */
  proposeProducts(count: number, random: RandomSource): void;
  /** Proposes (A - shift I) V, in the place of V. */
  proposeShifted(shift: number, floor: number, random: RandomSource): void;
  /** Multiplies the waiting vectors, and takes them in with their products. */
  multiply(products: CountedProducts): Promise<void>;
  /** Rows and columns `from` to `size` of H, as a matrix of their own. */
  projected(from: number): Float64Array;
  /** Ritz values of the basis, largest first, and the Ritz vectors in its coordinates `[size, size]`. */
  ritz(): SmallEigen;
  /**
   * Coordinates `[waiting, size]` along the waiting vectors of the residuals of Ritz vectors.
   *
   * Where the basis came from blocks these are the whole residuals.
   */
  couplings(ritz: SmallEigen): Float64Array;
  /**
   * Turns the basis into its first `keep` Ritz vectors; the waiting vectors stay. Returns the residuals of the kept.
   */
  restart(ritz: SmallEigen, keep: number): Float64Array;
  /** The first `count` vectors, copied to the processor. */
  vectors(count: number): Float64Array;
  /** Gives memory of a device back. */
  dispose(): void;
}
