import { UsageError } from '../../errors.js';
import { complaint } from '../../message.js';
import { reserve } from '../budget.js';
import { valuesOf } from '../image.js';
import type { ByteReader } from '../source/reader.js';
import { readStored, type StoredArray } from '../stored.js';
import { type Column, chosenRows, placeInArray, type RawInput, type ReadRequest } from './format.js';

/** Reads the rows asked for of fixed-size elements, where `reader` stands at the first one of the file. */
export async function readArray(reader: ByteReader, stored: StoredArray, request: ReadRequest): Promise<RawInput> {
  checkNoColumns(stored.where, request);
  const [count, ...example] = stored.shape;
  const rows = chosenRows(request, count, stored.where);
  const shape = [rows.end - rows.start, ...example];
  const data = reserve(valuesOf(shape), stored.type.precision, request.memoryLimit, stored.where);
  request.onSize?.(shape[0], valuesOf(example));
  await readStored(reader, stored, rows, data);
  return { data, shape, labels: null, fileRows: count, placeOf: placeInArray(shape, rows.start), warnings: [] };
}

/** Refuses columns asked of a format that has none of its own. @throws UsageError. */
export function checkNoColumns(where: string, { labelColumn, table }: ReadRequest): void {
  if (labelColumn !== null) throw noColumns(where, labelColumn);
  const chosen = table.columns ?? table.dropColumns;
  if (chosen === null) return;
  const option = table.columns === null ? 'drop-columns' : 'columns';
  const rule = `${option} can be chosen of csv only`;
  throw new UsageError(complaint(where, rule, chosen.join(', '), 'Save the array without the others.'));
}

/** The error for a label column asked of a format that has no columns of its own. */
export function noColumns(where: string, labelColumn: readonly Column[]): UsageError {
  const rule = 'a label column can be taken out of csv only';
  const remedy = 'Give the labels in a file of one column, with --labels.';
  return new UsageError(complaint(where, rule, `the label column ${labelColumn.join(', ')}`, remedy));
}
