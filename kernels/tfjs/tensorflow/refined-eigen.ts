import type { DeviceTensor } from './device.js';
import type { TensorflowTensors } from './tensors.js';

/** Parts of matrices that are worked on at a time have at most these bytes, and a small share of all where that pays. */
const PART = { bytes: 64 * 2 ** 20, share: 1 / 10, least: 128 } as const;

/** Coupling of two vectors, as a share of |A|, that is nothing but rounding of the products that tell it. */
const NOISE = 2 ** -52;

/** Largest entry of |V V' - I| of which a step of orthonormalisation leaves nothing but rounding. */
const SQUARED_AWAY = 2 ** -24;

/** Steps of orthonormalisation after which rotations were no small ones. */
const MOST_STEPS = 8;

/** First rows and numbers of rows of the parts of a matrix `[n, n]`. */
function partsOf(n: number): readonly (readonly [first: number, rows: number])[] {
  const rows = Math.min(n, Math.max(1, Math.min(PART.bytes / (8 * n), Math.max(PART.least, PART.share * n)) | 0));
  return Array.from({ length: Math.ceil(n / rows) }, (_, k) => [k * rows, Math.min(rows, n - k * rows)] as const);
}

/** A matrix `[n, n]` made part by part, as rows. */
function inParts(tf: TensorflowTensors, n: number, part: (first: number, rows: number) => DeviceTensor): DeviceTensor {
  const parts = partsOf(n);
  if (parts.length === 1) return tf.tidy(() => part(0, n));
  const made: DeviceTensor[] = [];
  try {
    for (const [first, rows] of parts) made.push(tf.tidy(() => part(first, rows)));
    return tf.concat(made, 0);
  } finally {
    for (const tensor of made) tensor.dispose();
  }
}

/** Rows of the unit matrix. */
function unitRows(tf: TensorflowTensors, n: number, first: number, rows: number): DeviceTensor {
  const positions = tf.integers(Array.from({ length: rows }, (_, i) => first + i));
  const [depth, on, off] = [tf.device.upload(Int32Array.of(n), []), tf.scalar(1), tf.scalar(0)];
  return tf.device.run('OneHot', [positions, depth, on, off], [tf.device.type('T', tf.dtype)]);
}

/** Largest entry of |V V' - I|. */
function defect(tf: TensorflowTensors, v: DeviceTensor, n: number): number {
  return partsOf(n).reduce((largest, [first, rows]) => {
    const own = tf.tidy(() => {
      const part = tf.slice(v, [first, 0], [rows, n]);
      const gram = tf.sub(tf.matMul(part, v, false, true), unitRows(tf, n, first, rows));
      return tf.readSync(tf.max(tf.abs(gram)))[0];
    });
    return Number.isNaN(own) ? Number.NaN : Math.max(largest, own);
  }, 0);
}

/** One step to the nearest orthonormal rows: V - (V V' - I) V / 2. */
function orthonormalised(tf: TensorflowTensors, v: DeviceTensor, n: number): DeviceTensor {
  return inParts(tf, n, (first, rows) => {
    const part = tf.slice(v, [first, 0], [rows, n]);
    const gram = tf.sub(tf.matMul(part, v, false, true), unitRows(tf, n, first, rows));
    return tf.sub(part, tf.mul(0.5, tf.matMul(gram, v)));
  });
}

/**
 * Rotations E of some rows against all: tan of the angle that takes the coupling s of two vectors away, from the
 * difference d of their values: s / (d / 2 + sqrt(d^2 / 4 + s^2)) for d > 0.
 */
function rotations(
  tf: TensorflowTensors,
  coupling: DeviceTensor,
  own: DeviceTensor,
  all: DeviceTensor,
  size: number,
): DeviceTensor {
  return tf.tidy(() => {
    const gap = tf.sub(own, all);
    const half = tf.mul(0.5, tf.abs(gap));
    const distance = tf.add(half, tf.sqrt(tf.add(tf.square(half), tf.square(coupling))));
    const isReal = tf.greater(tf.abs(coupling), tf.scalar(NOISE * size));
    const towards = tf.where(tf.greater(gap, 0), coupling, tf.where(tf.less(gap, 0), tf.neg(coupling), 0));
    return tf.where(isReal, tf.div(towards, tf.where(isReal, distance, 1)), 0);
  });
}

/** Eigenpairs that were made better. */
export interface RefinedEigen {
  /** `[n]` */
  readonly values: DeviceTensor;
  /** `[n, n]`, rows. */
  readonly vectors: DeviceTensor;
}

/** V turned by its rotations, and its Rayleigh quotients. */
function turned(tf: TensorflowTensors, a: DeviceTensor, v: DeviceTensor, n: number): RefinedEigen {
  return tf.tidy(() => {
    const products = inParts(tf, n, (first, rows) => tf.matMul(tf.slice(v, [first, 0], [rows, n]), a));
    const values = tf.tidy(() => tf.div(tf.sum(tf.mul(v, products), 1), tf.sum(tf.square(v), 1)));
    const size = tf.tidy(() => tf.readSync(tf.max(tf.abs(values)))[0]);
    const all = tf.reshape(values, [1, n]);
    const vectors = inParts(tf, n, (first, rows) => {
      const part = tf.slice(v, [first, 0], [rows, n]);
      const own = tf.reshape(tf.slice(values, [first], [rows]), [rows, 1]);
      const coupling = tf.tidy(() => {
        const both = tf.matMul(tf.slice(products, [first, 0], [rows, n]), v, false, true);
        const gram = tf.sub(tf.matMul(part, v, false, true), unitRows(tf, n, first, rows));
        return tf.sub(both, tf.mul(tf.mul(0.5, tf.add(own, all)), gram));
      });
      return tf.add(part, tf.matMul(rotations(tf, coupling, own, all, size), v));
    });
    return { values, vectors };
  });
}

/**
 * Eigenpairs of A `[n, n]` with smaller residuals, from approximate ones: each pair of vectors is turned so that A does
 * not couple them, all at once, and then they are made orthonormal again. TensorFlow's own decomposition leaves some
 * 2^-52 n |A| on the processor.
 *
 * Null where the rotations were no small ones. Source: T. Ogita, K. Aishima, Iterative refinement for symmetric
 * eigenvalue decomposition, Japan J. Indust. Appl. Math. 35 (2018) 1007; G. Schulz, Z. Angew. Math. Mech. 13 (1933) 57.
 */
export function refinedEigen(tf: TensorflowTensors, a: DeviceTensor, v: DeviceTensor, n: number): RefinedEigen | null {
  const { values, vectors: first } = turned(tf, a, v, n);
  let vectors = first;
  for (let step = 0; step < MOST_STEPS; step++) {
    const off = defect(tf, vectors, n);
    if (!(off < 1)) break;
    const next = orthonormalised(tf, vectors, n);
    vectors.dispose();
    vectors = next;
    if (off <= SQUARED_AWAY) return { values, vectors };
  }
  values.dispose();
  vectors.dispose();
  return null;
}
