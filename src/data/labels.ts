import { DataError } from '../errors.js';
import type { NdArray } from './array.js';
import { valuesOf } from './image.js';
import { readChecked } from './input.js';
import { complaint } from './message.js';
import type { RowRange } from './rows.js';

/** How to read labels. */
export interface ReadLabelsOptions {
  /** Rows to keep. [all] */
  readonly rows?: RowRange;
  /** Bytes that the labels may take. [no limit] */
  readonly memoryLimit?: number;
  /** Aborts the reading with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/**
 * Reads labels `[n]` from `.npy`, IDX or a csv of one column, or those inside a CIFAR file.
 *
 * @throws DataError when the file cannot be used or has more than one number a row.
 * @throws UsageError when the rows do not fit the file.
 */
export async function readLabels(path: string, options: ReadLabelsOptions = {}): Promise<NdArray<Float64Array>> {
  const { rows = null, memoryLimit = Number.POSITIVE_INFINITY, signal } = options;
  const { raw } = await readChecked(path, { rows, labelColumn: null, memoryLimit }, null, signal);
  if (raw.labels) return { data: raw.labels, shape: [raw.labels.length] };
  if (valuesOf(raw.shape.slice(1)) !== 1) {
    const got = `the shape [${raw.shape.join(', ')}]`;
    throw new DataError(complaint(path, 'labels must be one number a row', got, 'Store them as one column.'));
  }
  return { data: Float64Array.from(raw.data), shape: [raw.data.length] };
}
