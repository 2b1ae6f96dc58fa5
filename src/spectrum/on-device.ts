import { isNtkError } from '../errors.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import type { DeviceAlgebra } from '../linalg/device/algebra.js';
import { HeldMatrix } from '../linalg/device/held.js';
import { deviceOf } from '../linalg/device/lookup.js';
import { WrongResult } from '../linalg/device/space.js';
import type { SymmetricOperator } from '../operators/operator.js';
import type { IterationResult, PlacedProducts } from './iteration.js';
import { dotRows, residualNorm } from './rows.js';

/** Largest entry of |V V' - I| of vectors that count as orthonormal. */
const ORTHOGONAL = 1e-12;

/** What rounding may add to a residual, as a share of |A|. */
const ROUNDING = 50 * 2 ** -52;

/** A matrix whose iteration may run on a device. */
export interface OnDevice {
  readonly operator: SymmetricOperator;
  /** `[n, n]`; null where they are not in memory. */
  readonly entries: Float64Array | null;
  readonly algebra: LinearAlgebra | null;
  /** Bytes that may be used, for a device that computes in the memory of the process. */
  readonly memory: number;
}

/** The matrix on the device, in memory or read from its file; null where it stays where it is. */
async function hold(device: DeviceAlgebra, { operator, entries, memory }: OnDevice): Promise<HeldMatrix | null> {
  const { space } = device;
  const n = operator.size;
  if (entries !== null) return HeldMatrix.of(space, entries, n);
  if (operator.panels === undefined || (!space.isGpu && 8 * n * n > memory)) return null;
  return HeldMatrix.read(space, n, (use) => operator.panels?.(use) ?? Promise.resolve());
}

/** Products on the device, and those on the processor by it. */
function productsOf(held: HeldMatrix): PlacedProducts {
  return {
    size: held.size,
    apply: async (x, columns) => held.applyTo(x, columns),
    onDevice: { space: held.space, apply: (x) => held.apply(x) },
  };
}

/**
 * The result with residuals from products on the processor. @throws WrongResult where they are not those that the
 * device told, or the vectors are not orthonormal
 */
async function checked(result: IterationResult, products: PlacedProducts, tol: number): Promise<IterationResult> {
  const { values, vectors, norm } = result;
  const n = products.size;
  const k = values.length;
  const images = await products.apply(vectors, k);
  const row = (x: Float64Array, i: number): Float64Array => x.subarray(i * n, (i + 1) * n);
  const residuals = values.map((value, i) => residualNorm(row(images, i), value, row(vectors, i)));
  const along = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    const allowed = Math.max(result.residuals[i], tol * norm) + ROUNDING * norm;
    if (!(residuals[i] <= allowed)) throw new WrongResult(`residual ${residuals[i]} of pair ${i}`);
    dotRows(vectors, k, n, row(vectors, i), along);
    along[i] -= 1;
    if (!along.every((value) => Math.abs(value) <= ORTHOGONAL)) throw new WrongResult(`vector ${i} is not orthonormal`);
  }
  return { ...result, residuals };
}

/**
 * Runs an iteration on the device of the algebra, where there is one and the matrix can lie there; its pairs are
 * checked by products on the processor. Null where the processor has to iterate: what fails on the device is said.
 */
export async function iterateOnDevice(
  matrix: OnDevice,
  onProcessor: PlacedProducts,
  tol: number,
  iterate: (products: PlacedProducts) => Promise<IterationResult>,
): Promise<IterationResult | null> {
  const device = deviceOf(matrix.algebra, matrix.operator.size);
  if (device === null) return null;
  let held: HeldMatrix | null = null;
  try {
    held = await hold(device, matrix);
    if (held === null) return null;
    const result = await checked(await iterate(productsOf(held)), onProcessor, tol);
    device.computed();
    return result;
  } catch (error) {
    if (isNtkError(error)) throw error;
    device.handOver(`the iteration with ${matrix.operator.size} rows`, error);
    return null;
  } finally {
    held?.dispose();
  }
}
