import type { RandomSource } from '../linalg/random.js';
import { type SmallEigen, symmetricEigen } from './projected.js';
import { combineRows, dotRows, norm, orthogonalise, residualNorm } from './rows.js';

const EPSILON = 2 ** -52;

/**
 * An orthonormal basis V, the products W = A V, and the projected matrix H = V A V'.
 *
 * W is kept beside V, so that the residuals of Ritz vectors are those of true products, at no further product, and H
 * holds whatever the basis came from: blocks, restarts, random vectors. Behind the basis stand the next vectors,
 * orthonormal to it.
 */
export class Basis {
  /** Vectors in the basis. */
  size = 0;
  /** Vectors that stand behind the basis, to be multiplied next. */
  waiting = 0;
  readonly #n: number;
  readonly #capacity: number;
  readonly #v: Float64Array;
  readonly #w: Float64Array;
  readonly #h: Float64Array;
  /** Largest |A v| seen for a unit v: a bound of |A| from below. */
  #largest = 0;
  #replaced = 0;

  constructor(n: number, capacity: number) {
    this.#n = n;
    this.#capacity = capacity;
    this.#v = new Float64Array(capacity * n);
    this.#w = new Float64Array(capacity * n);
    this.#h = new Float64Array(capacity * capacity);
  }

  /** Random vectors that stood in for vanished ones: how often an invariant subspace was met. */
  get replaced(): number {
    return this.#replaced;
  }

  #row(i: number): Float64Array {
    return this.#v.subarray(i * this.#n, (i + 1) * this.#n);
  }

  /** The waiting vectors, one after the other. */
  next(): Float64Array {
    return this.#v.slice(this.size * this.#n, (this.size + this.waiting) * this.#n);
  }

  /**
   * Puts `candidates` `[count, n]` behind the basis, made orthonormal to it and to one another, as many as there is
   * room for in n dimensions.
   *
   * One that vanishes (its part outside is at most `floor`) gives way to a random vector: an invariant subspace was
   * found, and the search goes on outside it.
   */
  propose(candidates: Float64Array, count: number, floor: number, random: RandomSource): void {
    const n = this.#n;
    this.waiting = 0;
    const room = Math.min(count, n - this.size, this.#capacity - this.size);
    for (let i = 0; i < room; i++) {
      const at = this.size + i;
      const x = this.#row(at);
      x.set(candidates.subarray(i * n, (i + 1) * n));
      let length = orthogonalise(this.#v, at, n, x);
      if (length <= floor || !(length > 0)) this.#replaced++;
      while (length <= floor || !(length > 0)) {
        x.set(random.normals(n));
        const before = norm(x);
        length = orthogonalise(this.#v, at, n, x);
        // Of a random vector so little is left only by rounding, when next to nothing is outside.
        if (length > 1e-12 * before) break;
      }
      for (let j = 0; j < n; j++) x[j] /= length;
      this.waiting++;
    }
  }

  /**
   * Proposes the parts of the products of the last `count` vectors that lie outside the basis: the next Krylov block.
   */
  proposeProducts(count: number, random: RandomSource): void {
    const first = this.size - count;
    const candidates = this.#w.slice(first * this.#n, this.size * this.#n);
    this.propose(candidates, count, 4 * EPSILON * Math.sqrt(this.#n) * this.#largest, random);
  }

  /** Takes the waiting vectors in, with their products `[waiting, n]`. */
  accept(products: Float64Array): void {
    const [n, capacity] = [this.#n, this.#capacity];
    this.#w.set(products.subarray(0, this.waiting * n), this.size * n);
    const size = this.size + this.waiting;
    const column = new Float64Array(size);
    for (let j = this.size; j < size; j++) {
      const w = this.#w.subarray(j * n, (j + 1) * n);
      this.#largest = Math.max(this.#largest, norm(w));
      dotRows(this.#v, size, n, w, column);
      for (let i = 0; i <= j; i++) {
        this.#h[i * capacity + j] = column[i];
        this.#h[j * capacity + i] = column[i];
      }
    }
    this.size = size;
    this.waiting = 0;
  }

  /** Rows and columns `from` to `size` of H, as a matrix of their own. */
  projected(from: number): Float64Array {
    const m = this.size - from;
    const part = new Float64Array(m * m);
    for (let i = 0; i < m; i++) {
      const at = (from + i) * this.#capacity + from;
      part.set(this.#h.subarray(at, at + m), i * m);
    }
    return part;
  }

  /** Ritz values of the basis, largest first, and the Ritz vectors in its coordinates `[size, size]`. */
  ritz(): SmallEigen {
    return symmetricEigen(this.projected(0), this.size);
  }

  /**
   * Coordinates `[waiting, size]` along the waiting vectors of the residuals of Ritz vectors.
   *
   * Where the basis came from blocks these are the whole residuals.
   */
  couplings({ vectors }: SmallEigen): Float64Array {
    const { size, waiting } = this;
    const out = new Float64Array(waiting * size);
    const along = new Float64Array(size);
    for (let q = 0; q < waiting; q++) {
      dotRows(this.#w, size, this.#n, this.#row(size + q), along);
      dotRows(vectors, size, size, along, out.subarray(q * size, (q + 1) * size));
    }
    return out;
  }

  /**
   * Turns the basis into its first `keep` Ritz vectors; the waiting vectors stay. Returns the residuals of the kept.
   */
  restart({ values, vectors }: SmallEigen, keep: number): Float64Array {
    const [n, capacity] = [this.#n, this.#capacity];
    const waiting = this.next();
    this.#v.set(combineRows(this.#v, this.size, n, vectors, this.size, keep));
    this.#w.set(combineRows(this.#w, this.size, n, vectors, this.size, keep));
    this.#v.set(waiting, keep * n);
    this.#h.fill(0);
    for (let i = 0; i < keep; i++) this.#h[i * capacity + i] = values[i];
    this.size = keep;
    return Float64Array.from({ length: keep }, (_, i) =>
      residualNorm(this.#w.subarray(i * n, (i + 1) * n), values[i], this.#row(i)),
    );
  }

  /** The first `count` vectors, copied. */
  vectors(count: number): Float64Array {
    return this.#v.slice(0, count * this.#n);
  }

  /** (A - shift I) V `[size, n]`. */
  shiftedProducts(shift: number): Float64Array {
    const length = this.size * this.#n;
    const y = this.#w.slice(0, length);
    for (let i = 0; i < length; i++) y[i] -= shift * this.#v[i];
    return y;
  }

  /** Forgets all vectors. */
  clear(): void {
    this.size = 0;
    this.waiting = 0;
  }
}
