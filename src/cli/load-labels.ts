import { type Input, type LabelFile, type Labels, type Owner, readLabels } from '../data/index.js';
import type { RowRange } from '../data/rows.js';
import { DataError } from '../errors.js';
import type { LabelsRecord } from '../report/records/common.js';
import type { LoadLimits } from './load.js';
import type { InputOptions } from './options/inputs.js';

/** Labels of an input: those of a file of their own, else those inside it. */
export interface LoadedLabels {
  readonly record: LabelsRecord;
  readonly labels: Labels;
  readonly warnings: readonly string[];
}

/** Numbers of different labels; of several columns, of different rows. */
function distinctLabels({ data, shape: [n, width = 1] }: Labels): number {
  if (width === 1) return new Set(data).size;
  return new Set(Array.from({ length: n }, (_, i) => data.subarray(i * width, (i + 1) * width).join())).size;
}

/** The labels of an input; `classes` are the names that they may have, null for any. Null: there are none. */
export async function labelsOf(
  input: Input,
  path: string | null,
  rows: RowRange | null,
  classes: readonly string[] | null,
  { table }: InputOptions,
  limits: LoadLimits,
): Promise<LoadedLabels | null> {
  const read = {
    ...table,
    ...(rows === null ? {} : { rows }),
    ...(classes === null ? {} : { classes }),
    of: input,
    memoryLimit: limits.memory,
    signal: limits.signal,
  };
  const file = path === null ? null : await readLabels(path, read);
  const labels = file ?? input.labels;
  if (labels === null) return null;
  const record = {
    path: path ?? input.path,
    count: labels.shape[0],
    distinct: distinctLabels(labels),
    classes: labels.classes,
  };
  return { record, labels, warnings: file?.warnings ?? [] };
}

/**
 * Labels of a stored matrix from a file of their own, or from one column of it.
 *
 * @throws DataError when these are not one a row of the matrix.
 */
export async function storedLabels(
  path: string,
  rows: RowRange | null,
  owner: Owner,
  classes: readonly string[] | null,
  { table, columns }: InputOptions,
  limits: LoadLimits,
): Promise<LabelFile> {
  const { labelColumn } = columns;
  const labels = await readLabels(path, {
    ...table,
    ...(labelColumn === undefined ? {} : { labelColumn }),
    ...(rows === null ? {} : { rows }),
    ...(classes === null ? {} : { classes }),
    memoryLimit: limits.memory,
    signal: limits.signal,
  });
  if (labels.shape[0] === owner.fileRows) return labels;
  throw new DataError(
    `${path}: labels must be one a row of ${owner.path}, got ${labels.shape[0]} for ${owner.fileRows} rows. Give ` +
      'the labels of these rows, with --rows, or say --header yes|no.',
  );
}

/**
 * Compares the labels of TRAIN and TEST, which stand in the file `path`. @throws DataError when they are not of one
 * kind.
 */
export function checkSameKind(train: Labels | null, test: Labels | null, path: string): void {
  if (train === null || test === null) return;
  const kindOf = ({ classes, shape }: Labels): string =>
    classes !== null ? 'names of classes' : shape.length === 1 ? 'numbers' : `rows of ${shape[1]} numbers`;
  const [wanted, got] = [kindOf(train), kindOf(test)];
  if (wanted === got) return;
  throw new DataError(`${path}: labels must be ${wanted} as those of TRAIN, got ${got}. Give labels of one kind.`);
}
