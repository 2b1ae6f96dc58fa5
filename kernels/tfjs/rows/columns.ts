import type { DeviceTask } from '../../../src/backend/device-task.js';
import type { TileRange } from '../../../src/backend/tile.js';
import { type FloatArray, zeros } from '../../../src/data/array.js';
import type { Tensor, Tensors } from '../tensors.js';
import type { Factors } from '../values.js';

/** Tensors end at a multiple of this, so that no backend falls back to other code for the last few entries. */
export const LANES = 16;

/** The next multiple of `LANES`. */
export function padded(count: number): number {
  return Math.ceil(count / LANES) * LANES;
}

/**
 * Factors of the rows of some pairs, and the scales of the outputs (roots of K(x,x)), which rows have of their own in
 * any case.
 */
export interface PairColumns extends Factors {
  scaleX(output: number): Tensor;
  scaleZ(output: number): Tensor;
}

type Pick = (columns: FloatArray, column: number) => Tensor;

function columnsBy(tf: Tensors, single: DeviceTask, x: Pick, z: Pick): PairColumns {
  const { shared } = single;
  return {
    shared: shared !== null,
    x: (column) => (shared === null ? x(single.x, column) : tf.scalar(shared[column])),
    z: (column) => (shared === null ? z(single.z, column) : tf.scalar(shared[column])),
    scaleX: (output) => x(single.x, output),
    scaleZ: (output) => z(single.z, output),
  };
}

/** The columns of a tile, `[rows, 1]` and `[1, columns]`; the latter filled up with the last of them. */
export function tileColumns(
  tf: Tensors,
  single: DeviceTask,
  { row, rows, column, columns }: TileRange,
  [rowsX, rowsZ]: readonly [number, number],
): PairColumns {
  const width = padded(columns);
  return columnsBy(
    tf,
    single,
    (all, c) => tf.tensor(all.slice(c * rowsX + row, c * rowsX + row + rows), [rows, 1]),
    (all, c) => {
      const at = c * rowsZ + column;
      const filled = zeros(width, tf.precision).fill(all[at + columns - 1]);
      filled.set(all.subarray(at, at + columns));
      return tf.tensor(filled, [1, width]);
    },
  );
}

/** The columns of a list of pairs, `[pairs]`, of row `i[k]` of x and row `j[k]` of z. */
export function listColumns(
  tf: Tensors,
  single: DeviceTask,
  i: Int32Array,
  j: Int32Array,
  [rowsX, rowsZ]: readonly [number, number],
): PairColumns {
  const gather = (all: FloatArray, c: number, list: Int32Array, rows: number): Tensor =>
    tf.tensor1d(Float64Array.from(list, (row) => all[c * rows + row]));
  return columnsBy(
    tf,
    single,
    (all, c) => gather(all, c, i, rowsX),
    (all, c) => gather(all, c, j, rowsZ),
  );
}
