import type { Output } from '../backend/tasks.js';
import type { KernelJob, TileData, TileRange, TileSums, VectorBlock } from '../backend/tile.js';
import { type NdArray, sharedBuffer } from '../data/array.js';
import { InternalError, InterruptedError, UsageError } from '../errors.js';
import type { SymmetricOperator } from '../operators/operator.js';
import { type Recomputation, withInstead } from '../operators/recomputed.js';
import { residentBytes } from '../platform/memory.js';
import { type Opened, openPlanned } from './open.js';
import { makePlan, type Planned } from './plan.js';
import { ProductSamples } from './product-samples.js';
import { tilesInOrder } from './tiles-in-order.js';
import type { KernelOptions } from './types.js';

/** Y += T X[columns] and, off the diagonal, Y += T' X[rows], for one tile T. */
function accumulate(range: TileRange, { values, stride }: TileData, x: Float64Array, y: Float64Array, n: number): void {
  const mirrored = range.row !== range.column;
  for (let at = 0; at < x.length; at += n) {
    const [rows, columns] = [at + range.row, at + range.column];
    for (let i = 0; i < range.rows; i++) {
      const from = i * stride;
      const xi = x[rows + i];
      let sum = 0;
      for (let j = 0; j < range.columns; j++) {
        const value = values[from + j];
        sum += value * x[columns + j];
        if (mirrored) y[columns + j] += value * xi;
      }
      y[rows + i] += sum;
    }
  }
}

/** Y += what a tile adds, of which each thread has made its own already. */
function add(range: TileRange, { forRows, forColumns }: TileSums, y: Float64Array, n: number): void {
  const one = (from: Float64Array, first: number, length: number): void => {
    for (let v = 0; v * length < from.length; v++) {
      const at = v * n + first;
      for (let i = 0; i < length; i++) y[at + i] += from[v * length + i];
    }
  };
  one(forRows, range.row, range.rows);
  if (forColumns !== null) one(forColumns, range.column, range.columns);
}

/** Vectors that one product takes at once: its tiles cost far more than a product with them. */
const VECTORS_AT_ONCE = 4;

/**
 * The symmetric kernel of rows x `[n, d]`, computed tile by tile whenever it is applied and never stored.
 *
 * The device, the rows on it and the table stay open between products. `onProgress` is told of the entries of each
 * product.
 */
class ComputedOperator implements SymmetricOperator {
  readonly size: number;
  readonly description: string;
  readonly roundoff: number;
  readonly backend: string;
  readonly native: string | null;
  readonly block = VECTORS_AT_ONCE;
  readonly #planned: Planned;
  readonly #job: KernelJob;
  readonly #tile: number;
  readonly #output: Output;
  readonly #options: KernelOptions;
  readonly #samples: ProductSamples;
  /** `[n]`; null until it is read from tiles. */
  #diagonal: Float64Array | null;

  constructor({ planned, prepared, job, size }: Opened, options: KernelOptions) {
    this.#planned = planned;
    this.#job = job;
    this.#tile = size;
    this.#output = planned.computation.outputs[0];
    this.#options = options;
    this.#samples = new ProductSamples(planned, prepared.sizes, options.signal);
    this.#diagonal = prepared.selfKernels();
    this.size = planned.plan.shape[0];
    this.description = `computed on ${planned.plan.backend}`;
    this.backend = planned.plan.backend;
    this.native = planned.plan.native;
    this.roundoff = planned.plan.precision === 'f64' ? 2 ** -53 : 2 ** -24;
  }

  get recomputation(): Recomputation {
    return withInstead(this.#samples.recomputation, this.#planned.warnings);
  }

  async apply(x: Float64Array, columns: number): Promise<Float64Array> {
    const n = this.size;
    if (x.length !== columns * n) throw new InternalError(`a block of ${columns} vectors needs ${columns * n} numbers`);
    return this.#samples.product(x, columns, (block) => this.#product(block));
  }

  async #product({ values: x, count }: VectorBlock): Promise<Float64Array> {
    const n = this.size;
    const y = new Float64Array(x.length);
    const job = this.#job;
    if (job.multiply === undefined) {
      await this.#eachTile((range, data) => accumulate(range, data, x, y, n));
      return y;
    }
    const values = new Float64Array(sharedBuffer(x.byteLength));
    values.set(x);
    const vectors = { values, count };
    await this.#inOrder(
      async (range) => job.multiply?.(range, this.#output, vectors) ?? null,
      async (range, sums) => {
        if (sums !== null) add(range, sums, y, n);
      },
      // Sums that wait for their turn are small, and keep no thread from the next tile.
      4 * job.concurrency,
    );
    return y;
  }

  async diagonal(): Promise<Float64Array> {
    this.#diagonal ??= await this.#readDiagonal();
    await this.#samples.diagonal(this.#diagonal);
    return Float64Array.from(this.#diagonal);
  }

  /** From the tiles on the diagonal, where nothing but the device knows it. */
  async #readDiagonal(): Promise<Float64Array> {
    const n = this.size;
    const diagonal = new Float64Array(n);
    let first = 0;
    const work = async (): Promise<void> => {
      while (first < n) {
        if (this.#options.signal?.aborted) throw new InterruptedError();
        const at = first;
        first += this.#tile;
        const side = Math.min(this.#tile, n - at);
        const tile = await this.#job.compute({ row: at, rows: side, column: at, columns: side }, false);
        const { values, stride } = await tile.read(this.#output);
        for (let i = 0; i < side; i++) diagonal[at + i] = values[i * stride + i];
        tile.release();
      }
    };
    await Promise.all(Array.from({ length: this.#job.concurrency }, work));
    return diagonal;
  }

  async entries(): Promise<Float64Array | null> {
    const n = this.size;
    const bytes = 8 * n * n;
    if (residentBytes() + bytes > this.#planned.plan.memoryLimit) return null;
    const a = new Float64Array(n * n);
    await this.#eachTile((range, { values, stride }) => {
      for (let i = 0; i < range.rows; i++) {
        for (let j = 0; j < range.columns; j++) {
          const [row, column] = [range.row + i, range.column + j];
          a[row * n + column] = values[i * stride + j];
          a[column * n + row] = values[i * stride + j];
        }
      }
    });
    await this.#samples.entries(a);
    return a;
  }

  close(): Promise<void> {
    return this.#job.close();
  }

  async #eachTile(use: (range: TileRange, data: TileData) => void): Promise<void> {
    await this.#inOrder(
      (range) => this.#job.compute(range, false),
      async (range, tile) => {
        use(range, await tile.read(this.#output));
        tile.release();
      },
      this.#job.concurrency,
    );
  }

  /** Starts tiles, `ahead` of them at a time, and uses them in the order of the plan. */
  #inOrder<T>(
    start: (range: TileRange) => Promise<T>,
    use: (range: TileRange, made: T) => Promise<void>,
    ahead: number,
  ): Promise<void> {
    const extent = { rows: this.size, columns: this.size, symmetric: true };
    return tilesInOrder({ ...this.#options, extent, side: this.#tile, ahead }, start, use);
  }
}

/**
 * Opens the kernel matrix of rows x `[n, d]` as an operator that is never stored.
 *
 * What is used of it first is sampled, and computed again by `reference`. Throws as `kernelMatrix` does, and UsageError
 * for `z` or `kind: both`.
 */
export async function computedOperator(x: NdArray, options: KernelOptions): Promise<SymmetricOperator> {
  if (options.z !== undefined || options.kind === 'both') {
    throw new UsageError('computedOperator: must be one symmetric kernel, got z or both kinds. Leave them out.');
  }
  return new ComputedOperator(await openPlanned(await makePlan(x, options, false)), options);
}
