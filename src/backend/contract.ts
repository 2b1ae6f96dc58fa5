import type { FloatArray, Precision } from '../data/array.js';
import type { NativeLibrary } from '../platform/native-library.js';
import type { RadialStep } from '../programme/radial.js';
import type { RowFactors } from '../programme/self-kernels.js';
import type { Table } from '../programme/table.js';
import type { OutputScales } from '../programme/zonal.js';
import type { Programme } from '../vocabulary/steps.js';
import type { NetworkJob, NetworkSizes, NetworkTask } from './network.js';

/** One set of inputs, prepared for a backend. */
export interface RowSet {
  /**
   * What near-duplicate pairs are redone from, `[n, d]`: the rows as given, of a network over a power of two of their own where squares of their
   * norms would leave the range of a double.
   */
  readonly data: FloatArray;
  /** Rows divided by their norm, in the precision of the job, `[n, d]` in shared memory; a zero row stays 0. */
  readonly unit: FloatArray;
  readonly rows: number;
  readonly features: number;
  /** Norms of the rows in the unit of `data`, `[n]`; without meaning for a radial kernel whose rows lie outside the range. */
  readonly norms: Float64Array;
  /** Factors of each step, of one row for all when the programme is tabulated. */
  readonly factors: RowFactors;
  readonly scales: OutputScales;
}

/** Which of the two kernels. */
export type Output = 'nngp' | 'ntk';

/** A kernel computation, ready for any backend. */
export interface KernelTask {
  readonly programme: Programme;
  /**
   * The radial kernel in the unit of the rows' `data`, which that of the programme need not be: near-duplicate pairs take it straight to their
   * kernels (`radialAt`). Null for a network, of which near-duplicate pairs only have their cosine distance redone.
   */
  readonly radial: RadialStep | null;
  readonly precision: Precision;
  /** In the order in which tiles hold them. */
  readonly outputs: readonly Output[];
  readonly x: RowSet;
  /** The same object as `x` for a symmetric kernel. */
  readonly z: RowSet;
  readonly symmetric: boolean;
  /** The whole body as a function of the angle; null when it has to be run. */
  readonly table: Table | null;
}

/** One set of images, prepared for a backend. */
export interface ImageSet {
  /** As given, `[count, ...positions, channels]`. */
  readonly data: FloatArray;
  readonly count: number;
  /** Grid of an image, `[w]` or `[h, w]`. */
  readonly positions: readonly number[];
  readonly channels: number;
}

/** A kernel computation on images, ready for any backend that opens them. */
export interface ImageTask {
  /** Its values are those of pairs of positions; the wanted ones have one position left. */
  readonly programme: Programme;
  readonly precision: Precision;
  /** In the order in which tiles hold them. */
  readonly outputs: readonly Output[];
  readonly x: ImageSet;
  /** The same object as `x` for a symmetric kernel. */
  readonly z: ImageSet;
  readonly symmetric: boolean;
  /** Whether entries are divided by sqrt(K(x,x) K(z,z)); a K(x,x) of 0 makes them 0. */
  readonly normalized: boolean;
}

/** What a job on images depends on before there is a task: for plans of memory. */
export interface ImageJobShape {
  readonly programme: Programme;
  readonly precision: Precision;
  readonly outputs: number;
  /** Images of x, and of z beside them (0 for a symmetric kernel). */
  readonly counts: readonly [number, number];
  /** Side of a tile. */
  readonly size: number;
  readonly threads: number;
}

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

/** A finished tile; it stays on the device until it is read, and its memory belongs to the device until it is released. */
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

/** A task opened on a device. */
export interface KernelJob {
  /** Tiles that may be in work or unreleased at the same time; asking for more waits. */
  readonly concurrency: number;
  /** Pairs so far whose first cosine distance was recomputed from the difference of their rows. */
  readonly nearPairs: number;
  /** Computes a tile, with its transpose if wanted. Tiles on the diagonal of a symmetric task are symmetric bit for bit. */
  compute(range: TileRange, transposed: boolean): Promise<Tile>;
  /** Computes a tile of a symmetric task and multiplies it with vectors where it is; absent where tiles have to be read for that. */
  multiply?(range: TileRange, output: Output, vectors: VectorBlock): Promise<TileSums>;
  /** sqrt(K(x,x) K(z,z)) of input `i` of x and `j` of z as the job knows them, 1 where entries are divided by it; absent from all but `reference`. */
  scale?(output: Output, i: number, j: number): number;
  /** Frees the device at once: tiles in work are rejected with an InterruptedError, finished ones are lost. Again, it does nothing. */
  close(): Promise<void>;
}

/** How a job is to be run. */
export interface JobOptions {
  readonly threads: number;
  /** Largest tile that will be asked for, `[rows, columns]`. */
  readonly tile: readonly [number, number];
  /** BLAS that computes the inner products; null or absent: the backend itself. */
  readonly native?: NativeLibrary | null;
}

/** The device behind a backend. */
export interface DeviceFacts {
  /** Name as its driver gives it. */
  readonly name: string;
  /** Driver or interface, with its version where it is told. */
  readonly driver?: string;
  /** Memory of the device in bytes, where it is told. */
  readonly memoryBytes?: number;
  /** Whether a processor plays the device: right, but slow, and never taken by `auto`. */
  readonly software: boolean;
  /** Limits that decide the sizes of tiles, in bytes or counts. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Optional features that the device has, by the names of its interface. */
  readonly features?: readonly string[];
}

/** What a backend is and whether it is there. */
export interface Availability {
  /** Whether it can be used here. */
  readonly available: boolean;
  /** Why it cannot. */
  readonly reason?: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** Version or device. */
  readonly version?: string;
  /** What else is worth knowing. */
  readonly note?: string;
  /** The accelerator, where there is one beside the processor. */
  readonly device?: DeviceFacts;
}

/** Rough speed of a backend. */
export interface Pace {
  /** Multiply-adds of the matrix product per second. */
  readonly product: number;
  /** Seconds of one step of a body on one entry. */
  readonly step: number;
}

/** A device that computes kernels. */
export interface Backend {
  readonly name: string;
  readonly precisions: readonly Precision[];
  /** Looks for the device; must not throw. */
  probe(): Promise<Availability>;
  /** Measures the matrix product for some tenths of a second: GFLOP/s in each precision. */
  speed?(): Promise<Partial<Record<Precision, number>>>;
  /** Rough speed of one thread, or of the device, for plans; `native`: with a BLAS for the products. */
  pace(precision: Precision, native: boolean): Pace;
  /** Whether tiles are spread over threads of the processor: then each should have some; a device takes them one by one. */
  readonly usesThreads: boolean;
  /** Whether it leaves inner products to a BLAS library where there is one. */
  readonly usesNative: boolean;
  /** Sizes of tiles that suit the device, largest first. */
  readonly tileSizes: readonly number[];
  /** Bytes that a job needs beside the rows, for `columnCount` factor columns, `steps` of the body and tiles of `size`. */
  memory(shape: {
    precision: Precision;
    steps: number;
    columnCount: number;
    outputs: number;
    size: number;
    threads: number;
    table: boolean;
    native: boolean;
  }): number;
  open(task: KernelTask, options: JobOptions): Promise<KernelJob>;
  /** Opens a task on images; absent from a backend that computes on vectors only. */
  openImages?(task: ImageTask, options: JobOptions): Promise<KernelJob>;
  /** Sizes of tiles of pairs of images that suit the device, largest first. [tileSizes] */
  readonly imageTileSizes?: readonly number[];
  /** Bytes that a job on images needs beside the images as they were read. [nothing] */
  imageMemory?(shape: ImageJobShape): number;
  /** Rough seconds that one thread, or the device, takes for one pair of images, for plans. [from `pace`] */
  imagePace?(programme: Programme, precision: Precision): number;
  /** Opens a finite network for its empirical NTK; absent from a backend that has none. */
  openNetwork?(task: NetworkTask): Promise<NetworkJob>;
  /** Bytes that such a network takes, its weights included. */
  networkMemory?(sizes: NetworkSizes): number;
  /** The programme text that the device will run for a task, where it is made anew for each. */
  shader?(task: KernelTask): string;
  /** The same for a task on images. */
  imageShader?(task: ImageTask): Promise<string>;
}
