import type { TileRange, TileSums, VectorBlock } from '../tile.js';
import type { RowFunctions } from './functions.js';
import { type Layout, VECTORS } from './layout.js';

/** Products of the finished tile at address `tile` with vectors, a few at once, in float64. */
export function multiplyTile(
  functions: RowFunctions,
  memory: WebAssembly.Memory,
  layout: Layout,
  tile: number,
  { row, rows, column, columns }: TileRange,
  { values, count }: VectorBlock,
): TileSums {
  const { stride } = layout;
  const n = values.length / count;
  const [across, along, forRows, forColumns] = layout.vectors;
  const room = (address: number, vector: number): Float64Array =>
    new Float64Array(memory.buffer, address + vector * stride * 8, stride);
  const mirrored = row !== column;
  const rowSums = new Float64Array(count * rows);
  const columnSums = mirrored ? new Float64Array(count * columns) : null;
  for (let first = 0; first < count; first += VECTORS) {
    const few = Math.min(VECTORS, count - first);
    // The places beyond `few` hold zeros, or vectors of before: their sums are not read.
    for (let v = 0; v < few; v++) {
      const at = (first + v) * n;
      room(across, v).set(values.subarray(at + column, at + column + columns));
      room(along, v).set(values.subarray(at + row, at + row + rows));
    }
    functions.vectors(tile, stride, rows, columns, across, along, forRows, forColumns, stride, mirrored);
    for (let v = 0; v < few; v++) {
      rowSums.set(room(forRows, v).subarray(0, rows), (first + v) * rows);
      columnSums?.set(room(forColumns, v).subarray(0, columns), (first + v) * columns);
    }
  }
  return { forRows: rowSums, forColumns: columnSums };
}
