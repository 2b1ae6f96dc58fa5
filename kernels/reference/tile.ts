import type { Output, RowTask } from '../../src/backend/tasks.js';
import type { Tile, TileData, TileRange } from '../../src/backend/tile.js';

function transpose(values: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j];
  return result;
}

/** A finished tile from its entries `[rows, columns]`, one array for each of the outputs. */
export function finishedTile(
  range: TileRange,
  outputs: RowTask['outputs'],
  results: readonly Float64Array[],
  transposed: boolean,
): Tile {
  const read = async (output: Output): Promise<TileData> => {
    const values = results[outputs.indexOf(output)];
    const flipped = transposed ? transpose(values, range.rows, range.columns) : null;
    return { values, stride: range.columns, transposed: flipped, transposedStride: range.rows };
  };
  return { range, read, release: () => undefined };
}
