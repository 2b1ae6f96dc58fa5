import type { Precision } from '../../../src/data/array.js';

/** Bytes that static data of the module may take. */
const STATIC_BYTES = 65_536;
/** Features that one pass of the product takes together: a panel of them stays in the first-level cache. */
const MOST_DEPTH = 320;
/** Pairs of a strip. */
export const STRIP = 256;

/** Vectors that a tile is multiplied with at once. */
export const VECTORS = 4;

/** What decides the layout of a worker's memory. */
export interface LayoutInput {
  readonly precision: Precision;
  /** Largest tile side (multiple of 24). */
  readonly size: number;
  readonly features: number;
  readonly outputs: number;
  readonly columns: number;
  readonly slots: number;
  readonly words: number;
  readonly constants: number;
  /** Bytes of each table. */
  readonly tableBytes: number;
  readonly polynomialBytes: number;
}

/** Addresses in a worker's memory. */
export interface Layout {
  readonly rule: number;
  readonly angles: number;
  readonly sines: number;
  readonly code: number;
  readonly constants: number;
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
  readonly slots: number;
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

/** Places everything that a tile needs; every address is a multiple of 64. */
export function layOut(input: LayoutInput): Layout {
  const element = input.precision === 'f64' ? 8 : 4;
  let end = STATIC_BYTES;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const { size } = input;
  const depth = passDepth(input.features);
  const block = size * size * element;
  const sets = (): number[][] => [0, 1].map(() => Array.from({ length: input.outputs }, () => take(block)));
  return {
    rule: take(54 * 8),
    angles: take(input.polynomialBytes),
    sines: take(input.polynomialBytes),
    code: take(input.words * 4),
    constants: take(input.constants * 8),
    tables: Array.from({ length: input.outputs }, () => take(input.tableBytes)),
    results: sets(),
    transposed: sets(),
    rawX: take(size * depth * element),
    rawZ: take(size * depth * element),
    packedX: take(size * depth * element),
    packedZ: take(size * depth * element),
    columnsX: take(size * input.columns * element),
    columnsZ: take(size * input.columns * element),
    slots: take(input.slots * STRIP * element),
    list: take(size * size * 4),
    vectors: Array.from({ length: 4 }, () => take(VECTORS * size * 8)),
    stride: size,
    depth,
    bytes: end,
  };
}
