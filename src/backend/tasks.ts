import type { FloatArray, Precision } from '../data/array.js';
import type { RadialStep } from '../programme/radial.js';
import type { RowFactors } from '../programme/self-kernels.js';
import type { Table } from '../programme/table.js';
import type { OutputScales } from '../programme/zonal.js';
import type { Programme } from '../vocabulary/steps.js';
import type { NetworkTask } from './network.js';

/** Which of the two kernels. */
export type Output = 'nngp' | 'ntk';

/** One set of inputs, prepared for a backend. */
export interface RowSet {
  /**
   * What near-duplicate pairs are redone from, `[n, d]`: the rows as given, of a network over a power of two of their
   * own where squares of their norms would leave the range of a double.
   */
  readonly data: FloatArray;
  /** Rows divided by their norm, in the precision of the job, `[n, d]` in shared memory; a zero row stays 0. */
  readonly unit: FloatArray;
  readonly rows: number;
  readonly features: number;
  /**
   * Norms of the rows in the unit of `data`, `[n]`; without meaning for a radial kernel whose rows lie outside the
   * range.
   */
  readonly norms: Float64Array;
  /** Factors of each step, of one row for all when the programme is tabulated. */
  readonly factors: RowFactors;
  readonly scales: OutputScales;
}

/** A kernel computation on vectors, ready for any backend. */
export interface RowTask {
  readonly kind: 'rows';
  readonly programme: Programme;
  /**
   * The radial kernel in the unit of the rows' `data`, which that of the programme need not be: near-duplicate pairs
   * take it straight to their kernels (`radialAt`). Null for a network, of which near-duplicate pairs only have their
   * cosine distance redone.
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

/** A kernel computation on images, ready for any backend that has a door for them. */
export interface ImageTask {
  readonly kind: 'images';
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

/** What a backend may be asked to compute; each task names its kind. */
export type Task = RowTask | ImageTask | NetworkTask;

/** The kinds of tasks. */
export type TaskKind = Task['kind'];
