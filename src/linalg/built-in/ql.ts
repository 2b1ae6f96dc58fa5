import { NumericalError } from '../../errors.js';

const EPS = 2 ** -52;
/** Steps for each eigenvalue; two or three are usual. */
const MOST_STEPS = 60;

/** Where to gather the eigenvectors: column k of rows [first, first + count) of a matrix with rows of `stride`. */
export interface VectorColumns {
  readonly data: Float64Array;
  readonly stride: number;
  readonly first: number;
  readonly count: number;
}

/** First m >= l whose coupling to m + 1 is nothing beside its neighbours; `end - 1` if none is. */
function splitAfter(d: Float64Array, e: Float64Array, l: number, end: number, floor: number): number {
  let m = l;
  while (m < end - 1) {
    const size = Math.abs(e[m]);
    if (size <= EPS * (Math.abs(d[m]) + Math.abs(d[m + 1])) || size <= floor) break;
    m += 1;
  }
  return m;
}

function rotateColumns({ data, stride, first, count }: VectorColumns, k: number, c: number, s: number): void {
  let at = first * stride + k;
  for (let r = 0; r < count; r++) {
    const f = data[at + 1];
    data[at + 1] = s * data[at] + c * f;
    data[at] = c * data[at] - s * f;
    at += stride;
  }
}

/** One implicit QL step with Wilkinson's shift on the unreduced block [l, m]. */
function step(d: Float64Array, e: Float64Array, l: number, m: number, vectors: VectorColumns): void {
  let g = (d[l + 1] - d[l]) / (2 * e[l]);
  let r = Math.hypot(g, 1);
  g = d[m] - d[l] + e[l] / (g + (g < 0 ? -r : r));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    r = (d[i] - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    rotateColumns(vectors, i, c, s);
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

/**
 * Eigenvalues of the symmetric tridiagonal block in rows [begin, end), in place of `d`, in no order; `e` is lost.
 *
 * Columns [begin, end) of `vectors` are multiplied from the right by the eigenvectors. Implicit QL with
 * Wilkinson's shift (Parlett, The Symmetric Eigenvalue Problem, chapter 8). Throws NumericalError if it does not
 * converge.
 */
export function implicitQl(d: Float64Array, e: Float64Array, begin: number, end: number, vectors: VectorColumns): void {
  let norm = 0;
  for (let i = begin; i < end; i++) norm = Math.max(norm, Math.abs(d[i]), i < end - 1 ? Math.abs(e[i]) : 0);
  // Couplings far below the norm go too: blocks of small entries would else be iterated to their own precision.
  const floor = norm * 2 ** -60;
  for (let l = begin; l < end; l++) {
    for (let count = 0; ; count++) {
      const m = splitAfter(d, e, l, end, floor);
      if (m === l) break;
      if (count === MOST_STEPS) {
        throw new NumericalError(
          `eigenvalues: the QL iteration must converge in ${MOST_STEPS} steps, got none for value ${l}. ` +
            'Check that the matrix is finite.',
        );
      }
      step(d, e, l, m, vectors);
    }
  }
}
