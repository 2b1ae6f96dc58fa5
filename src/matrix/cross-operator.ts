import type { TileData, TileRange, VectorBlock } from '../backend/contract.js';
import type { FloatArray, NdArray } from '../data/array.js';
import { UsageError } from '../errors.js';
import { openNpyPanels } from '../store/npy-panels.js';
import { makePlan } from './plan.js';
import { ProductSamples } from './product-samples.js';
import type { Recomputation } from './recomputed.js';
import { openFitting, prepared } from './run.js';
import { eachPanel } from './stored-check.js';
import { tilesInOrder } from './tiles-in-order.js';
import type { KernelOptions } from './types.js';

/** A rectangular kernel K(z, x) `[m, n]` as what it does to vectors, stored or not. */
export interface CrossOperator {
  /** Rows m. */
  readonly rows: number;
  /** Columns n. */
  readonly columns: number;
  /** What came of computing entries again by `reference` so far; absent where none are computed in closed form. */
  readonly recomputation?: Recomputation;
  /** K A for vectors A `[count, n]`, one after the other: `[count, m]`. */
  apply(x: Float64Array, count: number): Promise<Float64Array>;
  /** Frees files and devices; calling it again does nothing. */
  close(): Promise<void>;
}

/** Y[rows] += T X[columns] for one tile T, vectors of X `[count, n]` and Y `[count, m]`. */
function accumulate(
  { row, rows, column, columns }: TileRange,
  { values, stride }: Pick<TileData, 'values' | 'stride'>,
  x: Float64Array,
  n: number,
  y: Float64Array,
  m: number,
): void {
  for (let from = column, to = row; from < x.length; from += n, to += m) {
    for (let i = 0; i < rows; i++) {
      const at = i * stride;
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += values[at + j] * x[from + j];
      y[to + i] += sum;
    }
  }
}

/**
 * Opens the kernel of rows z `[m, d]` against x `[n, d]` as an operator that is computed tile by tile and never stored.
 *
 * The first product is sampled, and computed again by `reference`. Throws as `kernelMatrix` does, and UsageError for `kind: both`.
 */
export async function computedCross(z: NdArray, x: NdArray, options: KernelOptions): Promise<CrossOperator> {
  if (options.kind === 'both') throw new UsageError('computedCross: must be one kernel, got both kinds.');
  // Tiles are computed with the rows in front.
  const planned = await makePlan(z, { ...options, z: x }, false);
  const [output] = planned.outputs;
  const [m, n] = planned.plan.shape;
  const { task } = prepared(planned);
  const { job, size } = await openFitting(task, planned);
  const samples = new ProductSamples(planned, task, options.signal);
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
      return samples.recomputation;
    },
    apply: (a, count) => samples.product(a, count, product),
    close: () => job.close(),
  };
}

/** K(z, x) `[m, n]` in memory, in C order. */
export function denseCross(values: FloatArray, m: number, n: number): CrossOperator {
  const whole = { row: 0, rows: m, column: 0, columns: n };
  return {
    rows: m,
    columns: n,
    async apply(a, count) {
      const y = new Float64Array(count * m);
      accumulate(whole, { values, stride: n }, a, n, y, m);
      return y;
    },
    close: async () => undefined,
  };
}

/**
 * Opens K(z, x) `[m, n]` in a `.npy` file as an operator, of which only panels are ever in memory.
 *
 * Throws DataError when the file holds no matrix of floating-point numbers.
 */
export async function storedCross(path: string): Promise<CrossOperator> {
  const panels = await openNpyPanels(path);
  const { isTransposed } = panels;
  const [m, n] = isTransposed ? [panels.columns, panels.rows] : [panels.rows, panels.columns];
  return {
    rows: m,
    columns: n,
    async apply(a, count) {
      const y = new Float64Array(count * m);
      await eachPanel(panels, (panel, first) => {
        const rows = panel.length / panels.columns;
        if (!isTransposed) {
          accumulate({ row: first, rows, column: 0, columns: n }, { values: panel, stride: n }, a, n, y, m);
          return;
        }
        for (let c = 0; c < count; c++) {
          for (let j = 0; j < rows; j++) {
            const share = a[c * n + first + j];
            for (let i = 0; i < m; i++) y[c * m + i] += share * panel[j * m + i];
          }
        }
      });
      return y;
    },
    close: () => panels.close(),
  };
}
