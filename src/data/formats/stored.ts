import { UsageError } from '../../errors.js';
import { reserve } from '../budget.js';
import { valuesOf } from '../image.js';
import { complaint } from '../message.js';
import { resolveRows } from '../rows.js';
import type { ByteReader } from '../source/reader.js';
import { readStored, type StoredArray } from '../stored.js';
import { placeInArray, type RawInput, type ReadRequest } from './format.js';

/** Reads the rows asked for of fixed-size elements, where `reader` stands at the first one of the file. */
export async function readArray(reader: ByteReader, stored: StoredArray, request: ReadRequest): Promise<RawInput> {
  if (request.labelColumn !== null) throw noColumns(stored.where, request.labelColumn);
  const [count, ...example] = stored.shape;
  const rows = resolveRows(request.rows, count, stored.where);
  const shape = [rows.end - rows.start, ...example];
  const data = reserve(valuesOf(shape), stored.type.precision, request.memoryLimit, stored.where);
  await readStored(reader, stored, rows, data);
  return { data, shape, labels: null, placeOf: placeInArray(shape, rows.start), warnings: [] };
}

/** The error for a label column asked of a format that has no columns of its own. */
export function noColumns(where: string, labelColumn: string | number): UsageError {
  const rule = 'a label column can be taken out of csv only';
  return new UsageError(complaint(where, rule, `the label column ${labelColumn}`, 'Give the labels in a file.'));
}
