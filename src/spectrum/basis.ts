import type { RandomSource } from '../linalg/random.js';
import type { CountedProducts } from './iteration.js';
import type { KrylovBasis } from './krylov-basis.js';
import type { SmallEigen } from './projected.js';
import { Projection } from './projection.js';
import { combineRows, dotRows, norm, orthogonalise, residualNorm } from './rows.js';

const EPSILON = 2 ** -52;

/** A basis whose vectors lie in memory. */
export class Basis implements KrylovBasis {
  size = 0;
  waiting = 0;
  readonly #n: number;
  readonly #capacity: number;
  readonly #v: Float64Array;
  readonly #w: Float64Array;
  readonly #projection: Projection;
  /** Largest |A v| seen for a unit v: a bound of |A| from below. */
  #largest = 0;
  #replaced = 0;

  constructor(n: number, capacity: number) {
    this.#n = n;
    this.#capacity = capacity;
    this.#v = new Float64Array(capacity * n);
    this.#w = new Float64Array(capacity * n);
    this.#projection = new Projection(capacity);
  }

  /** Random vectors that stood in for vanished ones: how often an invariant subspace was met. */
  get replaced(): number {
    return this.#replaced;
  }

  #row(i: number): Float64Array {
    return this.#v.subarray(i * this.#n, (i + 1) * this.#n);
  }

  next(): Float64Array {
    return this.#v.slice(this.size * this.#n, (this.size + this.waiting) * this.#n);
  }

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

  proposeProducts(count: number, random: RandomSource): void {
    const first = this.size - count;
    const candidates = this.#w.slice(first * this.#n, this.size * this.#n);
    this.propose(candidates, count, 4 * EPSILON * Math.sqrt(this.#n) * this.#largest, random);
  }

  /** Takes the waiting vectors in, with their products `[waiting, n]`. */
  accept(products: Float64Array): void {
    const n = this.#n;
    this.#w.set(products.subarray(0, this.waiting * n), this.size * n);
    const size = this.size + this.waiting;
    const column = new Float64Array(size);
    for (let j = this.size; j < size; j++) {
      const w = this.#w.subarray(j * n, (j + 1) * n);
      this.#largest = Math.max(this.#largest, norm(w));
      dotRows(this.#v, size, n, w, column);
      this.#projection.add(j, column);
    }
    this.size = size;
    this.waiting = 0;
  }

  async multiply(products: CountedProducts): Promise<void> {
    this.accept(await products.apply(this.next(), this.waiting));
  }

  projected(from: number): Float64Array {
    return this.#projection.part(from, this.size);
  }

  ritz(): SmallEigen {
    return this.#projection.ritz(this.size);
  }

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

  restart({ values, vectors }: SmallEigen, keep: number): Float64Array {
    const n = this.#n;
    const waiting = this.next();
    this.#v.set(combineRows(this.#v, this.size, n, vectors, this.size, keep));
    this.#w.set(combineRows(this.#w, this.size, n, vectors, this.size, keep));
    this.#v.set(waiting, keep * n);
    this.#projection.restart(values, keep);
    this.size = keep;
    return Float64Array.from({ length: keep }, (_, i) =>
      residualNorm(this.#w.subarray(i * n, (i + 1) * n), values[i], this.#row(i)),
    );
  }

  vectors(count: number): Float64Array {
    return this.#v.slice(0, count * this.#n);
  }

  proposeShifted(shift: number, floor: number, random: RandomSource): void {
    const count = this.size;
    const y = this.#w.slice(0, count * this.#n);
    for (let i = 0; i < y.length; i++) y[i] -= shift * this.#v[i];
    this.clear();
    this.propose(y, count, floor, random);
  }

  /** Forgets all vectors. */
  clear(): void {
    this.size = 0;
    this.waiting = 0;
  }

  dispose(): void {}
}
