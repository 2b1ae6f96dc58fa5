import type { Grid } from './grids.js';

/** Number of offsets p' - p between positions of a grid. */
export function offsetCount({ height, width }: Grid): number {
  return (2 * height - 1) * (2 * width - 1);
}

/** Number of the offset (dy, dx) among those of a grid. */
export function offsetId({ height, width }: Grid, dy: number, dx: number): number {
  return (dy + height - 1) * (2 * width - 1) + dx + width - 1;
}

/** The offset (dy, dx) of a number. */
export function offsetOf({ height, width }: Grid, id: number): readonly [number, number] {
  return [Math.floor(id / (2 * width - 1)) - height + 1, (id % (2 * width - 1)) - width + 1];
}

/** Offsets of the grid it reads that one output offset of a step needs. */
export type ReadOffsets = (id: number) => readonly number[];
