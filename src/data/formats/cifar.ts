import { DataError } from '../../errors.js';
import type { FloatArray } from '../array.js';
import { reserve } from '../budget.js';
import { complaint } from '../message.js';
import { resolveRows } from '../rows.js';
import type { Bytes } from '../source/bytes.js';
import { ByteReader } from '../source/reader.js';
import { type Format, placeInArray } from './format.js';
import { idxSize } from './idx.js';
import { noColumns } from './stored.js';

const SIDE = 32;
const PIXELS = SIDE * SIDE;
const CHANNELS = 3;
const VALUES = CHANNELS * PIXELS;
const RECORD = 1 + VALUES;
const LARGEST_LABEL = 9;

/** CIFAR-10 in its binary format: records of a label byte and three planes of 32 x 32 bytes. */
export const cifar: Format = {
  name: 'CIFAR-10 .bin',
  files: /\.bin$/i,
  recognises: (head, size) =>
    size !== null &&
    size > 0 &&
    size % RECORD === 0 &&
    head[0] <= LARGEST_LABEL &&
    (head.length <= RECORD || head[RECORD] <= LARGEST_LABEL) &&
    idxSize(head) !== size,
  async read(bytes, request) {
    if (request.labelColumn !== null) throw noColumns(bytes.where, request.labelColumn);
    const rows = resolveRows(request.rows, recordsOf(bytes), bytes.where);
    const count = rows.end - rows.start;
    const data = reserve(count * VALUES, 'f32', request.memoryLimit - 8 * count, bytes.where);
    const labels = new Float64Array(count);
    const reader = new ByteReader(bytes);
    try {
      await reader.skip(rows.start * RECORD);
      const record = new Uint8Array(RECORD);
      for (let i = 0; i < count; i++) {
        await reader.fill(record);
        labels[i] = labelOf(record, rows.start + i, bytes.where);
        interleave(record, data, i * VALUES);
      }
    } finally {
      await reader.close();
    }
    const shape = [count, SIDE, SIDE, CHANNELS];
    return { data, shape, labels, placeOf: placeInArray(shape, rows.start), warnings: [] };
  },
};

function recordsOf(bytes: Bytes): number {
  if (bytes.size !== null && bytes.size % RECORD === 0) return bytes.size / RECORD;
  const got = bytes.size === null ? 'a compressed file' : `${bytes.size} bytes`;
  const rule = `must be whole CIFAR-10 records of ${RECORD} bytes, not compressed`;
  throw new DataError(complaint(bytes.where, rule, got, 'The file is truncated or of another format.'));
}

function labelOf(record: Uint8Array, row: number, where: string): number {
  if (record[0] <= LARGEST_LABEL) return record[0];
  const rule = `the label of record ${row} must be 0 to ${LARGEST_LABEL}`;
  throw new DataError(complaint(where, rule, record[0], 'The file is damaged or of another format.'));
}

/** Three planes become pixels of three channels. */
function interleave(record: Uint8Array, data: FloatArray, offset: number): void {
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const at = offset + pixel * CHANNELS;
    data[at] = record[1 + pixel];
    data[at + 1] = record[1 + PIXELS + pixel];
    data[at + 2] = record[1 + 2 * PIXELS + pixel];
  }
}
