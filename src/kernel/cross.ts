import type { VectorBlock } from '../backend/tile.js';
import type { NdArray } from '../data/array.js';
import { UsageError } from '../errors.js';
import { accumulate, type CrossOperator } from '../operators/cross.js';
import { withInstead } from '../operators/recomputed.js';
import { openPlanned } from './open.js';
import { makePlan } from './plan.js';
import { ProductSamples } from './product-samples.js';
import { tilesInOrder } from './tiles-in-order.js';
import type { KernelOptions } from './types.js';

/**
 * Opens the kernel of rows z `[m, d]` against x `[n, d]` as an operator that is computed tile by tile and never stored.
 *
 * The first product is sampled, and computed again by `reference`. Throws as `kernelMatrix` does, and UsageError for
 * `kind: both`.
 */
export async function computedCross(z: NdArray, x: NdArray, options: KernelOptions): Promise<CrossOperator> {
  if (options.kind === 'both') throw new UsageError('computedCross: must be one kernel, got both kinds.');
  // Tiles are computed with the rows in front.
  const { planned, prepared, job, size } = await openPlanned(await makePlan(z, { ...options, z: x }, false));
  const [output] = planned.computation.outputs;
  const [m, n] = planned.plan.shape;
  const samples = new ProductSamples(planned, prepared.sizes, options.signal);
  const extent = { rows: m, columns: n, symmetric: false };
  const order = { ...options, extent, side: size, ahead: job.concurrency };
  const product = async ({ values, count }: VectorBlock): Promise<Float64Array> => {
    const y = new Float64Array(count * m);
    await tilesInOrder(
      order,
      (range) => job.compute(range, false),
      async (range, tile) => {
        accumulate(range, await tile.read(output), values, n, y, m);
        tile.release();
      },
    );
    return y;
  };
  return {
    rows: m,
    columns: n,
    get recomputation() {
      return withInstead(samples.recomputation, planned.warnings);
    },
    apply: (a, count) => samples.product(a, count, product),
    close: () => job.close(),
  };
}
