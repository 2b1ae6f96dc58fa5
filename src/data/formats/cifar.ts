import { DataError } from '../../errors.js';
import { complaint } from '../../message.js';
import type { FloatArray } from '../array.js';
import { reserve } from '../budget.js';
import type { Bytes } from '../source/bytes.js';
import { measured } from '../source/measure.js';
import { ByteReader } from '../source/reader.js';
import { chosenRows, type Format, placeInArray } from './format.js';
import { idxSize } from './idx.js';
import { checkNoColumns } from './stored.js';

const SIDE = 32;
const PIXELS = SIDE * SIDE;
const CHANNELS = 3;
const VALUES = CHANNELS * PIXELS;

/** One of the two data sets: label bytes, then three planes of 32 x 32 bytes. */
interface DataSet {
  readonly name: string;
  /** Names of the label bytes, with the largest value of each; the last one is the label. */
  readonly labels: readonly { readonly name: string; readonly most: number }[];
}

const TEN: DataSet = { name: 'CIFAR-10', labels: [{ name: 'label', most: 9 }] };

const HUNDRED: DataSet = {
  name: 'CIFAR-100',
  labels: [
    { name: 'coarse label', most: 19 },
    { name: 'fine label', most: 99 },
  ],
};

const recordBytes = ({ labels }: DataSet): number => labels.length + VALUES;

/** CIFAR-10 in its binary format: 3,073 bytes a record, a label first. */
export const cifar10: Format = cifar(TEN, /\.bin(\.gz)?$/i);

/** CIFAR-100 in its binary format: 3,074 bytes a record, first the coarse label, then the fine one, which is taken. */
export const cifar100: Format = cifar(HUNDRED, /cifar[-_ ]?100(?!\d).*\.bin(\.gz)?$/i);

/**
 * Whether the first two records may be of either data set, by their labels: whether it pays to count the bytes of a
 * compressed file.
 */
export function startsLikeCifar(head: Uint8Array): boolean {
  return [TEN, HUNDRED].some((set) => head.length > recordBytes(set) && labelsFit(set, head));
}

/** Which of the two data sets a path names; null when it names none. */
export function cifarInName(path: string): 'cifar10' | 'cifar100' | null {
  const [, number] = /cifar[-_ ]?(100?)(?!\d)(?!.*cifar[-_ ]?10)/i.exec(path) ?? [];
  if (number === undefined) return null;
  return number === '100' ? 'cifar100' : 'cifar10';
}

function cifar(set: DataSet, files: RegExp): Format {
  const record = recordBytes(set);
  return {
    name: `${set.name} .bin`,
    files,
    recognises: (head, size) =>
      size !== null && size > 0 && size % record === 0 && labelsFit(set, head) && idxSize(head) !== size,
    async read(packed, request) {
      const bytes = await measured(packed, request.rows === null ? request.memoryLimit : Infinity);
      checkNoColumns(bytes.where, request);
      const fileRows = recordsOf(bytes, set);
      const rows = chosenRows(request, fileRows, bytes.where);
      const count = rows.end - rows.start;
      const data = reserve(count * VALUES, 'f32', request.memoryLimit - 8 * count, bytes.where);
      const labels = new Float64Array(count);
      const reader = new ByteReader(bytes);
      try {
        await reader.skip(rows.start * record);
        const one = new Uint8Array(record);
        for (let i = 0; i < count; i++) {
          await reader.fill(one);
          labels[i] = labelOf(one, rows.start + i, set, bytes.where);
          interleave(one.subarray(set.labels.length), data, i * VALUES);
        }
      } finally {
        await reader.close();
      }
      const shape = [count, SIDE, SIDE, CHANNELS];
      const placeOf = placeInArray(shape, rows.start);
      return { data, shape, labels, fileRows, placeOf, warnings: [], hasLayout: true };
    },
  };
}

/** Whether the label bytes of the records that begin in `head` are labels. */
function labelsFit(set: DataSet, head: Uint8Array): boolean {
  for (let start = 0; start < head.length; start += recordBytes(set)) {
    if (set.labels.some(({ most }, i) => head[start + i] > most)) return false;
  }
  return true;
}

function recordsOf(bytes: Bytes, set: DataSet): number {
  const size = bytes.size ?? 0;
  const record = recordBytes(set);
  if (size % record === 0) return size / record;
  const other = set === TEN ? HUNDRED : TEN;
  const rule = `must be whole ${set.name} records of ${record} bytes`;
  const isOther = size % recordBytes(other) === 0;
  const got = isOther ? `${size} bytes, whole records of ${other.name}` : `${size} bytes`;
  const remedy = isOther
    ? `Give --format ${other === TEN ? 'cifar10' : 'cifar100'}.`
    : 'The file is truncated or of another format.';
  throw new DataError(complaint(bytes.where, rule, got, remedy));
}

function labelOf(record: Uint8Array, row: number, { labels }: DataSet, where: string): number {
  for (const [i, { name, most }] of labels.entries()) {
    if (record[i] <= most) continue;
    const rule = `the ${name} of record ${row} must be 0 to ${most}`;
    throw new DataError(complaint(where, rule, record[i], 'The file is damaged or of another format.'));
  }
  return record[labels.length - 1];
}

/** Three planes become pixels of three channels. */
function interleave(planes: Uint8Array, data: FloatArray, offset: number): void {
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const at = offset + pixel * CHANNELS;
    data[at] = planes[pixel];
    data[at + 1] = planes[PIXELS + pixel];
    data[at + 2] = planes[2 * PIXELS + pixel];
  }
}
