import type { RowJobShape } from '../contract.js';
import { workingPrecision } from './job.js';

/** Bytes of one thread beside its tile memory: an isolate with its code. */
const THREAD_BYTES = 24 * 2 ** 20;
/** Bytes of packed blocks that a BLAS keeps for each thread, and of the functions that call it. */
const NATIVE_BYTES = 12 * 2 ** 20;

/** Bytes that the threads of a job on vectors take, beside its inputs: what `layout.ts` places, rounded up. */
export function rowMemory(shape: RowJobShape): number {
  const element = workingPrecision(shape.precision, shape.steps, shape.table) === 'f64' ? 8 : 4;
  const blocks = 4 * shape.outputs * shape.size ** 2 * element + 4 * shape.size ** 2;
  const panels = 4 * shape.size * 320 * element;
  const columns = 2 * shape.size * shape.columnCount * element;
  return shape.threads * (THREAD_BYTES + (shape.native ? NATIVE_BYTES : 0) + blocks + panels + columns + 2 ** 20);
}
