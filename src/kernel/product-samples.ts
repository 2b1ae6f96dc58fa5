import type { VectorBlock } from '../backend/tile.js';
import { type Recomputation, recomputationOfAll } from '../operators/recomputed.js';
import type { Planned } from './plan.js';
import { recompute } from './recompute.js';
import { drawFor, Nearest, type Place, type Sample, type Sizes } from './samples.js';

/** Rows of a matrix that are looked at for the nearest pair. */
const LOOKED_AT = 2;

/**
 * Entries of a matrix that is never stored, computed again by `reference`.
 *
 * The first product gets unit vectors behind its own, and comes back with whole columns of the matrix: every tile of it
 * goes the way of all products, and is asked for nothing more. Entries and the diagonal, where they are asked for, are
 * sampled the first time too.
 */
export class ProductSamples {
  readonly #planned: Planned;
  readonly #sizes: Sizes;
  readonly #signal: AbortSignal | undefined;
  readonly #done = new Set<string>();
  /** Numbers of the columns that products bring along: a random one and the last. */
  readonly #columns: readonly number[];
  readonly #draw: (bound: number) => number;
  #found: readonly Recomputation[] = [];

  constructor(planned: Planned, sizes: Sizes, signal: AbortSignal | undefined) {
    const [rows, columns] = planned.plan.shape;
    this.#planned = planned;
    this.#sizes = sizes;
    this.#signal = signal;
    this.#draw = drawFor({ rows, columns, symmetric: planned.plan.symmetric });
    this.#columns = [...new Set([this.#draw(columns), columns - 1])];
  }

  /** What has come of it so far. */
  get recomputation(): Recomputation {
    return recomputationOfAll(this.#found);
  }

  /** K X for a block X `[count, m]` by `product`, which the first time makes the sampled columns of K too. */
  async product(
    x: Float64Array,
    count: number,
    product: (block: VectorBlock) => Promise<Float64Array>,
  ): Promise<Float64Array> {
    if (!this.#first('product')) return product({ values: x, count });
    const [rows, length] = this.#planned.plan.shape;
    const values = new Float64Array((count + this.#columns.length) * length);
    values.set(x);
    this.#columns.forEach((column, k) => {
      values[(count + k) * length + column] = 1;
    });
    const y = await product({ values, count: count + this.#columns.length });
    const behind = y.subarray(count * rows);
    await this.#compare(
      this.#placesOf(behind),
      ({ row, column }) => behind[this.#columns.indexOf(column) * rows + row],
    );
    return y.subarray(0, count * rows);
  }

  /** Samples all entries `[n, m]`. */
  async entries(values: Float64Array): Promise<void> {
    if (!this.#first('entries')) return;
    const [rows, columns] = this.#planned.plan.shape;
    const nearest = new Nearest(this.#sizes, this.#planned.plan.symmetric);
    nearest.look({ row: 0, rows: Math.min(rows, LOOKED_AT), column: 0, columns }, { values, stride: columns });
    const random = Array.from({ length: 4 }, () => ({ row: this.#draw(rows), column: this.#draw(columns) }));
    const places = [...random, ...(nearest.place === null ? [] : [nearest.place]), ...this.#diagonal()];
    await this.#compare(places, ({ row, column }) => values[row * columns + column]);
  }

  /** Samples the diagonal `[n]`. */
  async diagonal(values: Float64Array): Promise<void> {
    if (this.#first('diagonal')) await this.#compare(this.#diagonal(), ({ row }) => values[row]);
  }

  #first(what: string): boolean {
    if (this.#done.has(what)) return false;
    this.#done.add(what);
    return true;
  }

  #diagonal(): readonly Place[] {
    if (!this.#planned.plan.symmetric) return [];
    const [own] = this.#columns;
    return [{ row: own, column: own }];
  }

  /** Entries of the columns `[columns, rows]` that a product has brought along, the most telling first. */
  #placesOf(behind: Float64Array): readonly Place[] {
    const [rows] = this.#planned.plan.shape;
    const [column, last = column] = this.#columns;
    const nearest = new Nearest(this.#sizes, this.#planned.plan.symmetric);
    nearest.look({ row: 0, rows, column, columns: 1 }, { values: behind, stride: 1 });
    return [
      { row: this.#draw(rows), column },
      ...(nearest.place === null ? [] : [nearest.place]),
      ...this.#diagonal(),
      { row: 0, column: last },
      { row: rows - 1, column },
      { row: this.#draw(rows), column: last },
    ];
  }

  async #compare(places: readonly Place[], read: (place: Place) => number): Promise<void> {
    const [output] = this.#planned.computation.outputs;
    const samples = places.map((place): Sample => ({ ...place, values: { [output]: [read(place)] } }));
    this.#found = [...this.#found, await recompute(this.#planned, samples, this.#signal)];
  }
}
