import type { DeviceTensor } from './device.js';
import { refinedEigen } from './refined-eigen.js';
import type { TensorflowTensors } from './tensors.js';

/** L `[n, n]` with A = L L', from the lower triangle of A; numbers are missing in it where A is not positive definite. */
export function cholesky({ device }: TensorflowTensors, a: DeviceTensor): DeviceTensor {
  return device.run('Cholesky', [a]);
}

/** X `[n, columns]` with L X = B, or L' X = B, for a lower triangular L `[n, n]`. */
export function triangularSolve(
  { device }: TensorflowTensors,
  l: DeviceTensor,
  b: DeviceTensor,
  transposed: boolean,
): DeviceTensor {
  return device.run('MatrixTriangularSolve', [l, b], [device.flag('lower', true), device.flag('adjoint', transposed)]);
}

/** The diagonal `[n]` of a matrix `[n, n]`. */
export function diagonalPart({ device }: TensorflowTensors, a: DeviceTensor): DeviceTensor {
  return device.run('MatrixDiagPart', [a]);
}

/** The upper triangle of a matrix with its diagonal, and 0 below. */
export function upperPart(tf: TensorflowTensors, a: DeviceTensor): DeviceTensor {
  return tf.tidy(() => {
    const [none, all] = [0, -1].map((count) => tf.device.upload(Int32Array.of(count), []));
    return tf.device.run('MatrixBandPart', [a, none, all]);
  });
}

/** A tensor with the first of other numbers at some places, counted through all its entries. */
export function replaced(
  tf: TensorflowTensors,
  x: DeviceTensor,
  places: Int32Array,
  numbers: DeviceTensor,
): DeviceTensor {
  return tf.tidy(() => {
    const list = tf.device.upload(Int32Array.from(places), [places.length, 1]);
    const flat = tf.reshape(x, [x.size]);
    const changed = tf.device.run('TensorScatterUpdate', [
      flat,
      list,
      tf.slice(tf.reshape(numbers, [numbers.size]), [0], [places.length]),
    ]);
    return tf.reshape(changed, x.shape);
  });
}

/** Eigenpairs of a symmetric matrix, in the order of their values but for rounding. */
export interface DeviceEigen {
  /** `[n]` */
  readonly values: DeviceTensor;
  /** `[n, n]`: row j is the unit eigenvector of value j; null without. */
  readonly vectors: DeviceTensor | null;
}

/** All eigenvalues of A, from its lower triangle, and the vectors if wanted, then refined where there is room. */
export function eigen(tf: TensorflowTensors, a: DeviceTensor, wanted: boolean): DeviceEigen {
  return tf.tidy(() => {
    const { device } = tf;
    // Vectors are columns.
    const [values, columns] = device.runAll('SelfAdjointEigV2', [a], [device.flag('compute_v', wanted)], 2);
    if (!wanted) return { values, vectors: null };
    const vectors = tf.transpose(columns);
    columns.dispose();
    return refined(tf, a, vectors, values.size) ?? { values, vectors };
  });
}

/** Null where a device has no room for what refinement takes: the pairs may be good enough as they are. */
function refined(tf: TensorflowTensors, a: DeviceTensor, vectors: DeviceTensor, n: number): DeviceEigen | null {
  try {
    return refinedEigen(tf, a, vectors, n);
  } catch {
    return null;
  }
}
