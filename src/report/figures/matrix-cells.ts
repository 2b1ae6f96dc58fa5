import { readInput } from '../../data/input.js';
import { openNpyPanels } from '../../store/npy-panels.js';

/** A matrix averaged down to a picture. */
export interface MatrixCells {
  readonly cells: Float64Array;
  readonly height: number;
  readonly width: number;
  /** Smallest and largest entry of the matrix itself. */
  readonly low: number;
  readonly high: number;
}

/** Rows of a matrix, some at a time and in any order. */
interface RowSource {
  readonly rows: number;
  readonly columns: number;
  read(first: number, count: number): Promise<ArrayLike<number>>;
  close(): Promise<void>;
}

/** Bytes of rows that are in memory at once. */
const PANEL = 16 << 20;

async function openRows(path: string): Promise<RowSource> {
  if (/\.npy$/i.test(path)) {
    const panels = await openNpyPanels(path);
    let buffer = new ArrayBuffer(0);
    return {
      rows: panels.rows,
      columns: panels.columns,
      read: (first, count) => {
        const bytes = 8 * count * panels.columns;
        if (buffer.byteLength < bytes) buffer = new ArrayBuffer(bytes);
        return panels.read(first, count, buffer);
      },
      close: () => panels.close(),
    };
  }
  const { data, shape } = await readInput(path, { regular: true });
  const columns = shape[1] ?? 1;
  return {
    rows: shape[0],
    columns,
    read: async (first, count) => data.subarray(first * columns, (first + count) * columns),
    close: async () => undefined,
  };
}

/** Where each of `size` places goes among `cells`, after sorting: `order` lists the places in their new order. */
function cellOf(size: number, cells: number, order: Int32Array | null): Int32Array {
  const target = new Int32Array(size);
  for (let rank = 0; rank < size; rank++)
    target[order === null ? rank : order[rank]] = Math.floor((rank * cells) / size);
  return target;
}

function counts(target: Int32Array, cells: number): Float64Array {
  const found = new Float64Array(cells);
  for (const cell of target) found[cell]++;
  return found;
}

/**
 * Means of the blocks of a matrix `.npy` (read some rows at a time), `.npz:name` or `.csv`, at most `most` cells a
 * side; rows and columns in the orders given. Throws DataError where the file cannot be read.
 */
export async function matrixCells(
  path: string,
  most: number,
  orders: { readonly rows: Int32Array | null; readonly columns: Int32Array | null },
): Promise<MatrixCells> {
  const source = await openRows(path);
  try {
    const { rows, columns } = source;
    const [height, width] = [Math.min(most, rows), Math.min(most, columns)];
    const [rowCell, columnCell] = [cellOf(rows, height, orders.rows), cellOf(columns, width, orders.columns)];
    const cells = new Float64Array(height * width);
    let [low, high] = [Infinity, -Infinity];
    const step = Math.max(1, Math.floor(PANEL / (8 * columns)));
    for (let first = 0; first < rows; first += step) {
      const count = Math.min(step, rows - first);
      const data = await source.read(first, count);
      for (let i = 0; i < count; i++) {
        const base = rowCell[first + i] * width;
        for (let j = 0; j < columns; j++) {
          const value = data[i * columns + j];
          cells[base + columnCell[j]] += value;
          if (value < low) low = value;
          if (value > high) high = value;
        }
      }
    }
    const [perRow, perColumn] = [counts(rowCell, height), counts(columnCell, width)];
    for (let p = 0; p < cells.length; p++) cells[p] /= perRow[Math.floor(p / width)] * perColumn[p % width];
    return { cells, height, width, low, high };
  } finally {
    await source.close();
  }
}
