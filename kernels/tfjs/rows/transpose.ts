import type { TileRange } from '../../../src/backend/tile.js';
import { type FloatArray, zeros } from '../../../src/data/array.js';

/** Copies what lies above the diagonal of a square tile `[rows, stride]` below it. */
export function mirror(values: FloatArray, rows: number, stride: number): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) values[i * stride + j] = values[j * stride + i];
}

/** Edge of the blocks in which tiles are transposed: two of them stay in the first cache. */
const BLOCK = 32;

/** The transpose `[columns, rows]` of a tile. */
export function transpose(values: FloatArray, { rows, columns }: TileRange, stride: number): FloatArray {
  const result = zeros(rows * columns, values instanceof Float64Array ? 'f64' : 'f32');
  for (let top = 0; top < rows; top += BLOCK) {
    const bottom = Math.min(rows, top + BLOCK);
    for (let left = 0; left < columns; left += BLOCK) {
      const right = Math.min(columns, left + BLOCK);
      for (let j = left; j < right; j++) {
        for (let i = top; i < bottom; i++) result[j * rows + i] = values[i * stride + j];
      }
    }
  }
  return result;
}
