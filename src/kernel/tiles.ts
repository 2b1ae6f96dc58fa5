import type { TileRange } from '../backend/tile.js';

/** Size of a kernel matrix and whether only its upper half is computed. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
  readonly symmetric: boolean;
}

/** Number of tiles of side `size` that are computed. */
export function tileCount({ rows, columns, symmetric }: Extent, size: number): number {
  const [r, c] = [Math.ceil(rows / size), Math.ceil(columns / size)];
  return symmetric ? (r * (r + 1)) / 2 : r * c;
}

/** The tiles in order, row by row; of a symmetric matrix those on and above the diagonal. */
export function* tiles({ rows, columns, symmetric }: Extent, size: number): Generator<TileRange> {
  for (let row = 0; row < rows; row += size) {
    for (let column = symmetric ? row : 0; column < columns; column += size) {
      yield { row, rows: Math.min(size, rows - row), column, columns: Math.min(size, columns - column) };
    }
  }
}

/** The tile sides, largest first, whose `bytes` fit into `room`. */
export function fittingSizes(
  sizes: readonly number[],
  room: number,
  bytes: (size: number) => number,
): readonly number[] {
  return sizes.filter((size) => bytes(size) <= room);
}

/**
 * The largest tile side of pairs of images that fits and makes tiles enough for every thread, the smallest where none
 * does.
 *
 * A pair of images is worth thousands of pairs of rows, so that even few of them are spread. Null when no tile fits.
 */
export function chooseImageTile(extent: Extent, fitting: readonly number[], threads: number): number | null {
  return fitting.find((size) => tileCount(extent, size) >= 5 * threads) ?? fitting.at(-1) ?? null;
}

/** The largest tile side that fits and leaves every thread some tiles to work on; null when none fits. */
export function chooseTile(extent: Extent, fitting: readonly number[], threads: number): number | null {
  if (fitting.length === 0) return null;
  const largest = Math.max(extent.rows, extent.columns);
  const cover = fitting.findLast((size) => size >= largest) ?? fitting[0];
  if (cover <= 96) return cover;
  const wanted = threads === 1 ? 1 : 5 * threads;
  return fitting.find((size) => size <= cover && tileCount(extent, size) >= wanted) ?? cover;
}
