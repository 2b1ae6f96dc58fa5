import type { FloatArray } from '../data/array.js';
import type { Output } from './tasks.js';

/** A block of the kernel matrix: rows `row .. row + rows` of x against `column .. column + columns` of z. */
export interface TileRange {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** The numbers of a finished tile on the host: valid until the tile is released. */
export interface TileData {
  /** `[rows, stride]`, of which the first `columns` of each row count. */
  readonly values: FloatArray;
  readonly stride: number;
  /** The transpose `[columns, transposedStride]`, where it was asked for. */
  readonly transposed: FloatArray | null;
  readonly transposedStride: number;
}

/**
 * A finished tile; it stays on the device until it is read, and its memory belongs to the device until it is released.
 */
export interface Tile {
  readonly range: TileRange;
  /** Brings one output to the host. */
  read(output: Output): Promise<TileData>;
  /** Gives the tile's memory back; calling it again does nothing. */
  release(): void;
}

/** A block of vectors for products with the whole matrix. */
export interface VectorBlock {
  /** `[count, n]`, one vector after the other; in shared memory for a job. */
  readonly values: Float64Array;
  readonly count: number;
}

/** What a tile T adds to a product of the symmetric matrix with vectors X, summed in float64. */
export interface TileSums {
  /** T X[columns of T]: `[count, rows]`. */
  readonly forRows: Float64Array;
  /** T' X[rows of T]: `[count, columns]`; null for a tile on the diagonal. */
  readonly forColumns: Float64Array | null;
}

/** A task opened on a device: its kernel matrix, tile by tile. */
export interface KernelJob {
  /** Tiles that may be in work or unreleased at the same time; asking for more waits. */
  readonly concurrency: number;
  /** Pairs so far whose first cosine distance was recomputed from the difference of their rows. */
  readonly nearPairs: number;
  /**
   * Computes a tile, with its transpose if wanted. Tiles on the diagonal of a symmetric task are symmetric bit for bit.
   */
  compute(range: TileRange, transposed: boolean): Promise<Tile>;
  /**
   * Computes a tile of a symmetric task and multiplies it with vectors where it is; absent where tiles have to be read
   * for that.
   */
  multiply?(range: TileRange, output: Output, vectors: VectorBlock): Promise<TileSums>;
  /**
   * sqrt(K(x,x) K(z,z)) of input `i` of x and `j` of z as the job knows them, 1 where entries are divided by it; absent
   * from all but `reference`.
   */
  scale?(output: Output, i: number, j: number): number;
  /**
   * Frees the device at once: tiles in work are rejected with an InterruptedError, finished ones are lost. Again, it
   * does nothing.
   */
  close(): Promise<void>;
}
