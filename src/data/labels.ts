import { DataError } from '../errors.js';
import { complaint } from '../message.js';
import { type Column, type Owner, WHOLE } from './formats/format.js';
import { valuesOf } from './image.js';
import { readChecked } from './input.js';
import { type Labels, labelsIn } from './labelled.js';
import type { RowRange } from './rows.js';
import { type TableOptions, tableRequest } from './table.js';

/** Labels as a file of their own holds them. */
export interface LabelFile extends Labels {
  /** What the reader should know although it is no error. */
  readonly warnings: readonly string[];
}

/** How to read labels. */
export interface ReadLabelsOptions extends TableOptions {
  /** Rows to keep. [all] */
  readonly rows?: RowRange;
  /** Columns of a csv that hold the labels, by name or zero-based index. [all] */
  readonly labelColumn?: Column | readonly Column[];
  /**
   * Names of the classes in the order of their numbers, those of the training rows; labels that are none are refused.
   * [sorted names]
   */
  readonly classes?: readonly string[];
  /** The data that they belong to: the file must have as many rows, before any are chosen. [not compared] */
  readonly of?: Owner;
  /** Bytes that the labels may take. [no limit] */
  readonly memoryLimit?: number;
  /** Whether only regular files are read: pipes and `-` are refused. [false] */
  readonly regular?: boolean;
  /** Aborts the reading with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/**
 * Reads labels `[n]`, or `[n, k]` of several columns (one-hot or targets), from `.npy`, IDX or csv, or those inside a
 * CIFAR or libsvm file.
 *
 * @throws DataError when the file cannot be used, or has not as many rows as the data.
 * @throws UsageError when the rows or columns do not fit the file.
 */
export async function readLabels(path: string, options: ReadLabelsOptions = {}): Promise<LabelFile> {
  const { rows = null, labelColumn, classes = null, of: owner = null } = options;
  const request = {
    ...WHOLE,
    role: 'labels' as const,
    rows,
    labelColumn: labelColumn === undefined ? null : [labelColumn].flat(),
    table: tableRequest(options),
    classes,
    owner,
    memoryLimit: options.memoryLimit ?? WHOLE.memoryLimit,
  };
  const { raw } = await readChecked(path, request, null, options);
  const { warnings } = raw;
  const inside = labelsIn(raw);
  if (inside !== null) return { ...inside, warnings };
  const [n, ...each] = raw.shape;
  if (each.length > 1 && valuesOf(each) !== 1) {
    const got = `the shape [${raw.shape.join(', ')}]`;
    throw new DataError(complaint(path, 'labels must be one row of numbers a row of data', got, 'Store them as [n].'));
  }
  const width = valuesOf(each);
  return {
    data: Float64Array.from(raw.data),
    shape: width === 1 ? [n] : [n, width],
    classes: null,
    names: null,
    warnings,
  };
}
