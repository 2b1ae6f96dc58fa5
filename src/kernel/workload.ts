import type { Backend, Output } from '../backend/contract.js';
import type { Precision } from '../data/array.js';
import type { Extent } from './tiles.js';

/** What a plan has to know of a computation, whether its inputs are vectors or images. */
export interface Workload {
  readonly extent: Extent;
  readonly outputs: readonly Output[];
  readonly precision: Precision;
  /** Multiply-adds of the inner products that a BLAS library may compute; null where there are none for it. */
  readonly products: number | null;
  /** What it takes on a backend with so many threads; `native`: with a BLAS for the products. */
  on(backend: Backend, threads: number, native: boolean): Demand;
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

/** Entries that are computed: of a symmetric matrix the upper half. */
export function entryCount({ rows, columns, symmetric }: Extent): number {
  return symmetric ? (rows * (rows + 1)) / 2 : rows * columns;
}
