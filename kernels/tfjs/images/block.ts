import type { PositionPairs } from '../../../src/programme/images/position-pairs.js';
import { padded } from '../rows/columns.js';
import type { Tensor, Tensors } from '../tensors.js';
import type { Factors } from '../values.js';
import type { BothNumbers, Numbers, TileColumns } from './factors.js';

/**
 * Pairs of images that are computed together: values are tensors `[position pairs, rows, columns]`.
 *
 * A rectangle of a tile has its images of x along the rows and those of z along the columns; a list of pairs has one
 * row.
 */
export interface Block {
  readonly columns: TileColumns;
  /** Images of the two sides of the tile, the latter filled up with its last one. */
  readonly x: Int32Array;
  readonly z: Int32Array;
  /** Numbers of images along rows and columns. */
  readonly shape: readonly [number, number];
  readonly list: boolean;
}

/** All pairs of images `row .. row + rows` of x and `column .. column + columns` of z, counted in the tile. */
export function rectangleBlock(
  columns: TileColumns,
  [row, rows]: readonly [number, number],
  [column, width]: readonly [number, number],
): Block {
  const x = Int32Array.from({ length: rows }, (_, i) => row + i);
  const z = filled(Int32Array.from({ length: width }, (_, j) => column + j));
  return { columns, x, z, shape: [rows, z.length], list: false };
}

/** The pairs of the first images of a tile with themselves. */
export function selfBlock(columns: TileColumns, count: number): Block {
  const images = filled(Int32Array.from({ length: count }, (_, i) => i));
  return { columns, x: images, z: images, shape: [1, images.length], list: true };
}

function filled(images: Int32Array): Int32Array {
  const result = new Int32Array(padded(images.length)).fill(images[images.length - 1]);
  result.set(images);
  return result;
}

/** Numbers at some positions of some images: `[positions, images]`. */
function picked(numbers: Numbers, positions: Int32Array, images: Int32Array, all: number): Float64Array {
  const width = images.length;
  const result = new Float64Array(positions.length * width);
  for (let c = 0; c < positions.length; c++) {
    const from = positions[c] * all;
    if (positions[c] < 0) continue;
    for (let i = 0; i < width; i++) result[c * width + i] = numbers[from + images[i]];
  }
  return result;
}

/** Factors of x at some positions, in a shape that stretches to that of values; 0 where a position is -1. */
export function factorX(tf: Tensors, block: Block, numbers: Numbers, positions: Int32Array): Tensor {
  const data = picked(numbers, positions, block.x, block.columns.x.count);
  return tf.tensor(data, block.list ? [positions.length, 1, block.x.length] : [positions.length, block.x.length, 1]);
}

/** Factors of z at some positions. */
export function factorZ(tf: Tensors, block: Block, numbers: Numbers, positions: Int32Array): Tensor {
  const data = picked(numbers, positions, block.z, block.columns.z.count);
  return tf.tensor(data, [positions.length, 1, block.z.length]);
}

/** The factors of an instruction at the position pairs of its result. */
export function factorsAt(tf: Tensors, block: Block, { p, q }: PositionPairs, list: readonly BothNumbers[]): Factors {
  return {
    shared: list.every(({ shared }) => shared !== null),
    x: (k) => {
      const { x, shared } = list[k];
      return shared === null ? factorX(tf, block, x, p) : tf.scalar(shared);
    },
    z: (k) => {
      const { z, shared } = list[k];
      return shared === null ? factorZ(tf, block, z, q) : tf.scalar(shared);
    },
  };
}

/** What the cosine distances of pairs with positions without an self-kernel lack of 1: 1/2 for each. */
export function missingAt(tf: Tensors, block: Block, { p, q }: PositionPairs, halves: BothNumbers): Tensor {
  return tf.add(factorX(tf, block, halves.x, p), factorZ(tf, block, halves.z, q));
}

/** Product of the factors of both sides, as a tensor or, where they are numbers, a number. */
export function scaleAt(
  tf: Tensors,
  block: Block,
  { p, q }: PositionPairs,
  both: BothNumbers,
  by = 1,
): Tensor | number {
  if (both.shared !== null) return both.shared * both.shared * by;
  const x = factorX(tf, block, both.x, p);
  return tf.mul(by === 1 ? x : tf.mul(x, by), factorZ(tf, block, both.z, q));
}
