import type { Backend, JobOptions } from '../backend/contract.js';
import type { Output, TaskKind } from '../backend/tasks.js';
import type { KernelJob } from '../backend/tile.js';
import type { Precision } from '../data/array.js';
import type { Place, Sizes } from './samples.js';
import type { Extent } from './tiles.js';

/** Kinds of tasks whose kernels are computed tile by tile. */
export type TiledKind = Exclude<TaskKind, 'network'>;

/** A kernel to be computed on inputs of one kind: all that a plan, a run and a check have to know of them. */
export interface Computation {
  readonly kind: TiledKind;
  /** What one of its inputs is called. */
  readonly input: string;
  readonly extent: Extent;
  readonly outputs: readonly Output[];
  readonly precision: Precision;
  /** Multiply-adds of the inner products that a BLAS library may compute; null where there are none for it. */
  readonly products: number | null;
  /** Whether a plan in f64 says that f32 would let a GPU do the work. */
  readonly hintsAtGpu: boolean;
  /** What it takes on a backend with so many threads; `native`: with a BLAS for the products. */
  on(backend: Backend, threads: number, native: boolean): Demand;
  /** Does the work that comes before the tiles. */
  prepare(backend: Backend): Prepared;
  /** How some of its entries are computed again. */
  readonly again: Again;
  /** All that what is compiled for it depends on, the sizes of inputs included and their numbers not. */
  work(): string;
  /** The programme text that a backend runs for it; null where that prints none. */
  shader(backend: Backend): Promise<string> | null;
}

/** What a computation takes on one backend. */
export interface Demand {
  /** Whether the depth is collapsed into a table, and why not where not. */
  readonly shortcut: string;
  /** Rough wall time of the arithmetic. */
  readonly seconds: number;
  /** Bytes beside the process as it is, and beside the result, for tiles of side `size`. */
  bytes(size: number): number;
  /** The largest tile that fits into `room` bytes, `need` each, and leaves every thread work; null when none fits. */
  tile(room: number, need: (size: number) => number): number | null;
  /** The smallest tile that the backend has. */
  readonly smallest: number;
}

/** A computation that is ready for its tiles. */
export interface Prepared {
  /** How the shortcut turned out. */
  readonly shortcut: string;
  /** Largest error of the table; null without one. */
  readonly tableError: number | null;
  readonly sizes: Sizes;
  /** K(x,x) of every input of x, `[n]`, of the first output; null where only tiles know it. */
  selfKernels(): Float64Array | null;
  open(options: JobOptions): Promise<KernelJob>;
}

/** Entries of a computation, computed again by `reference`; nothing of what was prepared for the run is used. */
export interface Again {
  /** Rough seconds of one entry, with what has to be known of its two inputs. */
  seconds(reference: Backend): number;
  /** Bytes of one entry. */
  bytes(reference: Backend): number;
  /** Opens some entries in f64: entry (k, k) of the job is that of place k. */
  open(reference: Backend, places: readonly Place[]): Promise<KernelJob>;
}

/** Entries that are computed: of a symmetric matrix the upper half. */
export function entryCount({ rows, columns, symmetric }: Extent): number {
  return symmetric ? (rows * (rows + 1)) / 2 : rows * columns;
}
