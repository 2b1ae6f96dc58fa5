import type { RowDoor, RowJobShape } from '../../../src/backend/contract.js';
import { entrySeconds, type Pace } from '../../../src/backend/pace.js';
import { workingPrecision } from '../../../src/backend/rows/job.js';
import type { Precision } from '../../../src/data/array.js';
import { expectRows, openRows } from './job.js';

/** One thread of a server core of 2023, by itself and with a BLAS for the products. */
const PACE: Readonly<Record<Precision, { readonly plain: Pace; readonly native: Pace }>> = {
  f64: { plain: { product: 4.5e9, step: 4e-9 }, native: { product: 1.8e10, step: 4e-9 } },
  f32: { plain: { product: 1.1e10, step: 1.5e-9 }, native: { product: 3.7e10, step: 1.5e-9 } },
};

/** Bytes of one thread beside its tile memory: an isolate with its code. */
const THREAD_BYTES = 24 * 2 ** 20;
/** Bytes of packed blocks that a BLAS keeps for each thread, and of the functions that call it. */
const NATIVE_BYTES = 12 * 2 ** 20;

function memory(shape: RowJobShape): number {
  const element = workingPrecision(shape.precision, shape.steps, shape.table) === 'f64' ? 8 : 4;
  const blocks = 4 * shape.outputs * shape.size ** 2 * element + 4 * shape.size ** 2;
  const panels = 4 * shape.size * 320 * element;
  const columns = 2 * shape.size * shape.columnCount * element;
  return shape.threads * (THREAD_BYTES + (shape.native ? NATIVE_BYTES : 0) + blocks + panels + columns + 2 ** 20);
}

/** Kernels of vectors. */
export const rows: RowDoor = {
  tileSizes: [768, 576, 384, 288, 192, 96, 48, 24],
  memory,
  pace: (work) => entrySeconds(PACE[work.precision][work.native ? 'native' : 'plain'], work),
  open: openRows,
  expect: expectRows,
};
