import type { Precision } from '../../data/array.js';

/** Features that one pass of the product takes together: a panel of them stays in the first-level cache. */
const MOST_DEPTH = 320;

/** Vectors that a tile is multiplied with at once. */
export const VECTORS = 4;

/** What decides the layout of a worker's memory. */
export interface LayoutInput {
  readonly precision: Precision;
  /** Largest tile side (multiple of the panels). */
  readonly size: number;
  readonly features: number;
  readonly outputs: number;
  readonly columns: number;
  /** Bytes of each table. */
  readonly tableBytes: number;
}

/** Addresses in a worker's memory. */
export interface Layout {
  readonly tables: readonly number[];
  /** Two sets of result buffers: one is written to disk while the other is computed. `[set][output]`. */
  readonly results: readonly (readonly number[])[];
  readonly transposed: readonly (readonly number[])[];
  readonly rawX: number;
  readonly rawZ: number;
  readonly packedX: number;
  readonly packedZ: number;
  readonly columnsX: number;
  readonly columnsZ: number;
  readonly list: number;
  /** Blocks of vectors `[VECTORS, stride]` in doubles: two that a tile is multiplied with, two of sums. */
  readonly vectors: readonly number[];
  /** Row length of the result buffers, elements; and features of one pass. */
  readonly stride: number;
  readonly depth: number;
  readonly bytes: number;
}

/** Features of one pass: equal parts, so that the order of summation depends on the number of features alone. */
export function passDepth(features: number): number {
  const passes = Math.max(1, Math.ceil(features / MOST_DEPTH));
  return Math.ceil(features / passes);
}

/** Gives out places of a worker's memory from address `begin` on; every address is a multiple of 64. */
export class Room {
  #end: number;

  constructor(begin: number) {
    this.#end = begin;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#end;
  }

  take(bytes: number): number {
    const at = this.#end;
    this.#end += Math.ceil(bytes / 64) * 64;
    return at;
  }
}

/** Places everything that a tile needs, behind what the backend has taken for itself. */
export function layOut(input: LayoutInput, room: Room): Layout {
  const element = input.precision === 'f64' ? 8 : 4;
  const take = (bytes: number): number => room.take(bytes);
  const { size } = input;
  const depth = passDepth(input.features);
  const block = size * size * element;
  const sets = (): number[][] => [0, 1].map(() => Array.from({ length: input.outputs }, () => take(block)));
  return {
    tables: Array.from({ length: input.outputs }, () => take(input.tableBytes)),
    results: sets(),
    transposed: sets(),
    rawX: take(size * depth * element),
    rawZ: take(size * depth * element),
    packedX: take(size * depth * element),
    packedZ: take(size * depth * element),
    columnsX: take(size * input.columns * element),
    columnsZ: take(size * input.columns * element),
    list: take(size * size * 4),
    vectors: Array.from({ length: 4 }, () => take(VECTORS * size * 8)),
    stride: size,
    depth,
    bytes: room.bytes,
  };
}
