import type { RowTask } from '../../../src/backend/tasks.js';
import type { TileRange } from '../../../src/backend/tile.js';
import { type Chunk, paddedFeatures } from './rows.js';
import { TILE_FIELDS } from './shader/module.js';

/** What the shaders know of a tile. */
export type TileNumbers = Readonly<Record<(typeof TILE_FIELDS)[number], number>>;

/** The numbers of a tile whose rows lie in the chunks `x` and `z`, with results of `stride` entries a row. */
export function tileNumbers(
  task: RowTask,
  range: TileRange,
  stride: number,
  chunks: readonly [x: Chunk, z: Chunk],
  transposed: boolean,
): TileNumbers {
  const area = stride * stride;
  return {
    rows: range.rows,
    columns: range.columns,
    features: paddedFeatures(task.x.features),
    ...tilePlace(range, chunks),
    stride,
    area,
    lost: 2 * task.outputs.length * area,
    diagonal: task.symmetric && range.row === range.column ? 1 : 0,
    transposed: transposed ? 1 : 0,
    count: 0,
    zero: 0,
  };
}

/** Where the rows of a tile lie in the chunks `x` and `z`. */
export function tilePlace(
  range: TileRange,
  [x, z]: readonly [x: Chunk, z: Chunk],
): Pick<TileNumbers, 'rowX' | 'rowZ' | 'strideX' | 'strideZ'> {
  return { rowX: range.row - x.first, rowZ: range.column - z.first, strideX: x.stride, strideZ: z.stride };
}

/** The numbers in the order of the fields of `tile`; those that are left out are 0. */
export function tileFields(numbers: Partial<TileNumbers>): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(TILE_FIELDS, (field) => numbers[field] ?? 0);
}
