import { norm } from '../data/norm.js';
import { isNtkError } from '../errors.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import type { DeviceAlgebra } from '../linalg/device/algebra.js';
import { HeldMatrix } from '../linalg/device/held.js';
import { deviceOf } from '../linalg/device/lookup.js';
import { WrongResult } from '../linalg/device/space.js';
import { RandomSource } from '../linalg/random.js';
import { residentBytes } from '../platform/memory.js';
import type { SymmetricOperator } from './operator.js';

/** What rounding may make of a product, as a share of |K|_F |x|. */
const ROUNDING = 50 * 2 ** -52;

/** The matrix on the device, and its Frobenius norm. @throws WrongResult where a product is not that of the file */
async function hold({ space }: DeviceAlgebra, operator: SymmetricOperator): Promise<HeldMatrix> {
  const n = operator.size;
  let frobenius = 0;
  const held = await HeldMatrix.read(
    space,
    n,
    (use) =>
      operator.panels?.((rows, first) => {
        frobenius = Math.hypot(frobenius, norm(rows, 0, rows.length));
        use(rows, first);
      }) ?? Promise.resolve(),
  );
  try {
    const x = new RandomSource(0, 'product').normals(n);
    const [there, here] = [held.applyTo(x, 1), await operator.apply(x, 1)];
    const miss = norm(
      there.map((value, i) => value - here[i]),
      0,
      n,
    );
    if (!(miss <= ROUNDING * frobenius * norm(x, 0, n))) throw new WrongResult('a product is not that of the file');
    return held;
  } catch (error) {
    held.dispose();
    throw error;
  }
}

/**
 * A stored operator whose panels are on the device of the algebra from now on, where there is one and it has room for
 * them; else the operator itself. `memory` bounds the process, in whose memory a processor computes.
 *
 * What fails on the device is said, and goes on with panels from the file. Closing it closes the operator.
 */
export async function onDevice(
  operator: SymmetricOperator,
  algebra: LinearAlgebra,
  memory: number,
): Promise<SymmetricOperator> {
  const n = operator.size;
  const device = deviceOf(algebra, n);
  if (device === null || operator.panels === undefined) return operator;
  if (!device.space.isGpu && residentBytes() + 8 * n * n > memory) return operator;
  const failed = (error: unknown): void => {
    if (isNtkError(error)) throw error;
    device.handOver(`products with ${n} rows`, error);
  };
  let held: HeldMatrix | null = null;
  try {
    held = await hold(device, operator);
    device.computed();
  } catch (error) {
    failed(error);
    return operator;
  }
  return {
    size: n,
    description: operator.description,
    roundoff: operator.roundoff,
    ...(operator.name !== undefined && { name: operator.name }),
    async apply(x, columns) {
      try {
        if (held !== null) return held.applyTo(x.subarray(0, columns * n), columns);
      } catch (error) {
        held?.dispose();
        held = null;
        failed(error);
      }
      return operator.apply(x, columns);
    },
    diagonal: () => operator.diagonal(),
    entries: () => operator.entries(),
    close() {
      held?.dispose();
      held = null;
      return operator.close();
    },
  };
}
