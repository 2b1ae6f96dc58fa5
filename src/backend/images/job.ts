import type { FloatArray, Precision } from '../../data/array.js';
import { entryBeyondRange } from '../../programme/range.js';
import type { Slot, Slots } from '../executors.js';
import type { Output } from '../tasks.js';
import type { KernelJob, Tile, TileData, TileRange } from '../tile.js';

/** A tile to compute into one of the two result sets. */
export interface ImageRequest {
  readonly range: TileRange;
  readonly set: number;
  readonly transposed: boolean;
}

/** What is told of a tile: whether all entries are within the range of the precision. */
export interface ImageAnswer {
  readonly finite: boolean;
}

/** Where results of tiles lie in the memory of an executor. */
export interface ImageResults {
  readonly precision: Precision;
  readonly outputs: readonly Output[];
  /** Entries of a row of results. */
  readonly stride: number;
  /** Addresses, `[set][output]`. */
  readonly results: readonly (readonly number[])[];
  readonly transposed: readonly (readonly number[])[];
}

/** Tiles of one task on images, spread over executors. */
export class ImageTiles implements KernelJob {
  readonly concurrency: number;
  readonly nearPairs = 0;
  readonly #in: ImageResults;
  readonly #slots: Slots<ImageRequest, ImageAnswer>;

  constructor(results: ImageResults, slots: Slots<ImageRequest, ImageAnswer>) {
    this.#in = results;
    this.#slots = slots;
    this.concurrency = slots.count;
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    const slot = await this.#slots.take();
    const { finite } = await slot.executor.run({ range, set: slot.set, transposed });
    const release = this.#slots.release(slot);
    if (!finite) {
      release();
      throw entryBeyondRange(this.#in.precision);
    }
    return { range, release, read: async (output) => this.#data(slot, range, output, transposed) };
  }

  async close(): Promise<void> {
    await this.#slots.close();
  }

  #data(slot: Slot<ImageRequest, ImageAnswer>, range: TileRange, output: Output, transposed: boolean): TileData {
    const { outputs, results, transposed: flipped, precision, stride } = this.#in;
    const which = outputs.indexOf(output);
    const { buffer } = slot.executor.memory;
    const view = (at: number, rows: number): FloatArray =>
      precision === 'f32' ? new Float32Array(buffer, at, rows * stride) : new Float64Array(buffer, at, rows * stride);
    return {
      values: view(results[slot.set][which], range.rows),
      stride,
      transposed: transposed ? view(flipped[slot.set][which], range.columns) : null,
      transposedStride: stride,
    };
  }
}
