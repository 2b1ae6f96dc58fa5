import { type SmallEigen, symmetricEigen } from './projected.js';

/** The projected matrix H = V A V' of a growing basis V. */
export class Projection {
  readonly #capacity: number;
  readonly #h: Float64Array;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#h = new Float64Array(capacity * capacity);
  }

  /** Takes in the products v_i A v_j of vector j with the vectors up to itself, `[j + 1]` or more. */
  add(j: number, column: Float64Array): void {
    const capacity = this.#capacity;
    for (let i = 0; i <= j; i++) {
      this.#h[i * capacity + j] = column[i];
      this.#h[j * capacity + i] = column[i];
    }
  }

  /** Becomes the diagonal matrix of the first `keep` values. */
  restart(values: Float64Array, keep: number): void {
    this.#h.fill(0);
    for (let i = 0; i < keep; i++) this.#h[i * this.#capacity + i] = values[i];
  }

  /** Rows and columns `from` to `size`, as a matrix of their own. */
  part(from: number, size: number): Float64Array {
    const m = size - from;
    const part = new Float64Array(m * m);
    for (let i = 0; i < m; i++) {
      const at = (from + i) * this.#capacity + from;
      part.set(this.#h.subarray(at, at + m), i * m);
    }
    return part;
  }

  /** Ritz values of the first `size` vectors, largest first, and the Ritz vectors in their coordinates. */
  ritz(size: number): SmallEigen {
    return symmetricEigen(this.part(0, size), size);
  }
}
