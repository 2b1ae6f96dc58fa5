import { allocate, type FloatArray, type NdArray } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import { valuesOf } from '../data/image.js';
import { balance } from '../data/norm.js';
import { featureStatistics } from '../data/statistics.js';
import { DataError, MemoryError, UsageError } from '../errors.js';
import { complaint } from '../message.js';
import { residentBytes } from '../platform/memory.js';
import type { Operand } from './built-in/product.js';
import type { HostAlgebra } from './device/algebra.js';
import { hostAlgebra } from './index.js';
import { type MatrixProduct, matrixProduct } from './product.js';

/** What whitening takes where nothing is said. */
export const WHITENING_DEFAULTS = {
  /** As a multiple of the mean eigenvalue of the covariance. */
  epsilon: 0.1,
  /** Which LAPACK decomposes. */
  native: 'auto',
} as const;

/** How training rows are whitened. */
export interface WhiteningOptions {
  /** What is added to the eigenvalues of the covariance, as a multiple of their mean. [0.1] */
  readonly epsilon?: number;
  /** `--native auto|off|PATH`: which LAPACK decomposes. [auto] */
  readonly native?: string;
  /** Bytes that the process may take. [no limit] */
  readonly memory?: number;
}

/** ZCA whitening by training rows, ready for any rows of the same features. */
export interface Whitening {
  /** As a multiple of the mean eigenvalue of the covariance. */
  readonly epsilon: number;
  /** Eigenvalues of the covariance of the training rows, `[min(n, d)]`, descending; any others are 0. */
  readonly eigenvalues: Float64Array;
  /** What was added to each of them. */
  readonly shift: number;
  /** Bytes that the process was expected to need while it was prepared. */
  readonly memoryBytes: number;
  /**
   * (z - mean) U (S + shift)^(-1/2) U' for rows z `[m, ...]`: a new array in float64 of the same shape.
   *
   * @throws UsageError for rows of other features, MemoryError where the result does not fit
   */
  apply(z: NdArray): NdArray;
}

/** Rows of a result that are computed at a time. */
const BLOCK = 256;

/** Training rows without their mean, times a power of two that keeps squares in range. */
interface Centred {
  /** `[n, d]` */
  readonly data: Float64Array;
  readonly n: number;
  readonly d: number;
  readonly mean: Float64Array;
  readonly factor: number;
}

/** What turns centred rows into whitened ones. */
interface Turn {
  readonly eigenvalues: Float64Array;
  readonly shift: number;
  /** Whitens `rows` centred rows `[rows, d]` into `to`. */
  whiten(from: Float64Array, rows: number, to: Float64Array): void;
}

const operand = (data: FloatArray, rowStep: number, depthStep: number): Operand => ({
  data,
  offset: 0,
  rowStep,
  depthStep,
});

function centredRows(x: NdArray): Centred {
  const { mean, deviation } = featureStatistics(x);
  const factor = balance(deviation.reduce((largest, each) => Math.max(largest, each), 0));
  const [n, d] = [x.shape[0], mean.length];
  return { data: subtracted(x.data, mean, factor), n, d, mean, factor };
}

function subtracted(data: FloatArray, mean: Float64Array, factor: number): Float64Array {
  const d = mean.length;
  const result = new Float64Array(data.length);
  for (let i = 0, f = 0; i < data.length; i++) {
    result[i] = (data[i] - mean[f]) * factor;
    if (++f === d) f = 0;
  }
  return result;
}

/** Bytes of whitening n rows of d features, beside what the process has. */
function whiteningBytes(n: number, d: number, algebra: HostAlgebra): number {
  const side = Math.min(n, d);
  return 8 * (side * side * (2 + algebra.eigenCopies) + 2 * n * d + side * d + BLOCK * (d + side));
}

/** What the process needs with `bytes` more. @throws MemoryError where it is above the limit */
function checkMemory(bytes: number, limit: number | undefined): number {
  const needed = residentBytes() + bytes;
  if (limit === undefined || needed <= limit) return needed;
  throw new MemoryError(
    `--memory: whitening needs about ${readableBytes(needed)}, got a promise of ${readableBytes(limit)}. Raise ` +
      '--memory, choose fewer --rows, or take --scale standard.',
  );
}

/** The shift of a spectrum (what is left out is 0). @throws UsageError where it does not lift what is 0 to rounding */
function shiftOf(values: Float64Array, d: number, epsilon: number): number {
  const trace = values.reduce((sum, value) => sum + value, 0);
  const floor = d * 2 ** -52 * values[0];
  const shift = (epsilon * trace) / d;
  const least = values.length < d ? 0 : values[values.length - 1];
  if (!(values[0] > 0)) {
    throw new UsageError(
      complaint('scale', 'zca needs training rows that differ', 'equal ones', 'Give other rows, or scale none.'),
    );
  }
  if (least + shift > floor) return shift;
  throw new UsageError(
    complaint(
      'scale',
      'zca must lift the eigenvalues of the covariance that are 0 to rounding',
      `zca:${epsilon} and a smallest eigenvalue of ${(least / (trace / d)).toExponential(1)} times their mean`,
      `Use zca:${WHITENING_DEFAULTS.epsilon}.`,
    ),
  );
}

/** The eigenvalues without the negative ones of rounding, and the vectors in rows. */
async function decomposed(algebra: HostAlgebra, matrix: Float64Array, size: number) {
  const { values, vectors } = await algebra.eigen(matrix, size, true);
  return { values: values.map((value) => Math.max(0, value)), vectors: vectors ?? new Float64Array(0) };
}

/** V' diag(weights) V for eigenvectors in the rows of V `[size, size]`. */
function rebuilt(product: MatrixProduct, vectors: Float64Array, weights: Float64Array, size: number): Float64Array {
  const weighted = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    for (let i = 0; i < size; i++) weighted[k * size + i] = weights[k] * vectors[k * size + i];
  }
  const result = new Float64Array(size * size);
  const target = { data: result, offset: 0, rowStep: size };
  product.multiply(operand(weighted, 1, size), operand(vectors, 1, size), size, size, size, target, false);
  return result;
}

/** X' X / n or X X' / n of centred rows, by the steps with which X is read. */
function moments({ data, n }: Centred, product: MatrixProduct, x: Operand, size: number): Float64Array {
  const result = new Float64Array(size * size);
  const target = { data: result, offset: 0, rowStep: size };
  product.multiply(x, x, size, size, data.length / size, target, false);
  // Both halves alike, to the bit.
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const mean = (result[i * size + j] + result[j * size + i]) / (2 * n);
      result[i * size + j] = mean;
      result[j * size + i] = mean;
    }
  }
  return result;
}

/** By the covariance `[d, d]`. */
async function byCovariance(x: Centred, epsilon: number, algebra: HostAlgebra, product: MatrixProduct): Promise<Turn> {
  const { d } = x;
  const { values, vectors } = await decomposed(algebra, moments(x, product, operand(x.data, 1, d), d), d);
  const shift = shiftOf(values, d, epsilon);
  const turn = rebuilt(
    product,
    vectors,
    values.map((value) => 1 / Math.sqrt(value + shift)),
    d,
  );
  return {
    eigenvalues: values,
    shift,
    whiten(from, rows, to) {
      const target = { data: to, offset: 0, rowStep: d };
      product.multiply(operand(from, d, 1), operand(turn, d, 1), rows, d, d, target, false);
    },
  };
}

/**
 * By the inner products `[n, n]` of fewer rows than features, which have the same eigenvalues but for zeros: (S +
 * s)^(-1/2) = s^(-1/2) I - (S + s)^(-1/2) s^(-1/2) ((S + s)^(1/2) + s^(1/2))^(-1) S, and S = X' X / n.
 */
async function byRows(x: Centred, epsilon: number, algebra: HostAlgebra, product: MatrixProduct): Promise<Turn> {
  const { data, n, d } = x;
  const { values, vectors } = await decomposed(algebra, moments(x, product, operand(data, d, 1), n), n);
  const shift = shiftOf(values, d, epsilon);
  const root = Math.sqrt(shift);
  const weights = values.map((value) => {
    const lifted = Math.sqrt(value + shift);
    return -1 / (n * root * lifted * (root + lifted));
  });
  const turn = rebuilt(product, vectors, weights, n);
  const back = new Float64Array(n * d);
  const target = { data: back, offset: 0, rowStep: d };
  product.multiply(operand(turn, n, 1), operand(data, 1, d), n, d, n, target, false);
  const inner = new Float64Array(BLOCK * n);
  return {
    eigenvalues: values,
    shift,
    whiten(from, rows, to) {
      for (let k = 0; k < rows * d; k++) to[k] = from[k] / root;
      const between = { data: inner, offset: 0, rowStep: n };
      product.multiply(operand(from, d, 1), operand(data, d, 1), rows, n, d, between, false);
      const result = { data: to, offset: 0, rowStep: d };
      product.multiply(operand(inner, n, 1), operand(back, 1, d), rows, d, n, result, true);
    },
  };
}

function applied(z: NdArray, { mean, factor, d }: Centred, turn: Turn): NdArray {
  const result = allocate(z.data.length, 'f64') as Float64Array;
  const block = new Float64Array(BLOCK * d);
  for (let first = 0; first < z.shape[0]; first += BLOCK) {
    const rows = Math.min(BLOCK, z.shape[0] - first);
    const [from, to] = [first * d, (first + rows) * d];
    turn.whiten(subtracted(z.data.subarray(from, to), mean, factor), rows, block);
    result.set(block.subarray(0, rows * d), from);
  }
  return { data: result, shape: z.shape };
}

/**
 * ZCA whitening by the training rows x `[n, ...]`, each example one vector of d features: W = U (S + shift)^(-1/2) U'
 * of their covariance U S U' = X' X / n, X without its mean, shift = epsilon times the mean eigenvalue.
 *
 * The covariance of the whitened rows is U S (S + shift)^-1 U'. With no more rows than features their inner products
 * are decomposed instead, to the same result. Source: Bell and Sejnowski 1997; the regularisation relative to the mean
 * eigenvalue is that of Lee et al. 2020 (arXiv:2007.15801), 0.1 that of Nguyen et al. 2021 (arXiv:2107.13034).
 *
 * @throws DataError without rows or features; UsageError for an epsilon out of range, equal rows, or an epsilon that
 * does not lift eigenvalues of 0; MemoryError, before anything is computed, where it would take more than `memory`
 */
export async function zcaWhitening(x: NdArray, options: WhiteningOptions = {}): Promise<Whitening> {
  const { epsilon, native, memory } = { memory: undefined, ...WHITENING_DEFAULTS, ...options };
  if (!(epsilon >= 0 && epsilon < Infinity)) {
    throw new UsageError(complaint('scale', 'zca:eps needs a number from 0 on', `zca:${epsilon}`, 'Use zca:0.1.'));
  }
  const algebra = await hostAlgebra(native);
  const product = await matrixProduct(native, 'f64');
  const [n, d] = [x.shape[0], valuesOf(x.shape.slice(1))];
  if (n === 0 || d === 0) {
    throw new DataError(complaint('scale', 'zca needs training rows', `shape [${x.shape.join(', ')}]`, 'Give some.'));
  }
  const memoryBytes = checkMemory(whiteningBytes(n, d, algebra), memory);
  const centred = centredRows(x);
  const turn = await (n > d ? byCovariance : byRows)(centred, epsilon, algebra, product);
  const unit = centred.factor ** 2;
  return {
    epsilon,
    eigenvalues: turn.eigenvalues.map((value) => value / unit),
    shift: turn.shift / unit,
    memoryBytes,
    apply(z) {
      const features = valuesOf(z.shape.slice(1));
      if (features !== d) {
        throw new UsageError(complaint('scale', `zca was fitted to ${d} features`, features, 'Give both one shape.'));
      }
      checkMemory(8 * z.data.length, memory);
      return applied(z, centred, turn);
    },
  };
}
