import { endianness } from 'node:os';
import { DataError } from '../errors.js';
import { complaint } from '../message.js';
import type { FloatArray } from './array.js';
import type { ElementType, Numbers } from './elements.js';
import { valuesOf } from './image.js';
import type { RowRange } from './rows.js';
import type { ByteReader } from './source/reader.js';

/** How a file lays out an array of fixed-size elements. */
export interface StoredArray {
  readonly where: string;
  readonly type: ElementType;
  readonly bigEndian: boolean;
  /** First index fastest (Fortran) instead of last (C). */
  readonly fortranOrder: boolean;
  /** Size of each axis in the file, at least one. */
  readonly shape: readonly number[];
}

const BLOCK = 1 << 18;
const EXACT = 2 ** 53;

/**
 * Reads the elements of `rows` in C order into `target`; `reader` stands at the first element of the file.
 *
 * @throws DataError when the file ends before, holds more, or holds integers that no float64 can.
 */
export async function readStored(
  reader: ByteReader,
  stored: StoredArray,
  rows: RowRange,
  target: FloatArray,
): Promise<void> {
  const [count, ...example] = stored.shape;
  const values = valuesOf(example);
  const whole = stored.fortranOrder && stored.shape.length > 1;
  const first = whole ? 0 : rows.start * values;
  const end = whole ? count * values : rows.end * values;
  const place = whole ? fortranPlacer(stored.shape, rows, target) : placer(first, target);
  await reader.skip(first * stored.type.bytes);
  const block = new Uint8Array(BLOCK);
  for (let at = first; at < end; ) {
    const elements = Math.min(BLOCK / stored.type.bytes, end - at);
    const bytes = block.subarray(0, elements * stored.type.bytes);
    await reader.fill(bytes);
    toNativeOrder(bytes, stored);
    const numbers = stored.type.view(block.buffer, elements);
    if (stored.type.wide) checkExact(numbers, stored.where);
    place(numbers, at);
    at += elements;
  }
  if (end === count * values && !(await reader.atEnd())) {
    const rule = `must end after the ${count * values} values of its header`;
    throw new DataError(complaint(stored.where, rule, 'more bytes', 'Store one array in a file.'));
  }
}

type Placer = (numbers: Numbers, first: number) => void;

function placer(offset: number, target: FloatArray): Placer {
  return (numbers, first) => target.set(numbers, first - offset);
}

/** Element l of the file is row l mod n, and its index within the example counts the first axis fastest. */
function fortranPlacer(shape: readonly number[], rows: RowRange, target: FloatArray): Placer {
  const [count, ...example] = shape;
  const order = positionsInC(example);
  const values = order.length;
  return (numbers, first) => {
    let row = first % count;
    let element = Math.floor(first / count);
    for (let i = 0; i < numbers.length; i++) {
      if (row >= rows.start && row < rows.end) target[(row - rows.start) * values + order[element]] = numbers[i];
      if (++row === count) {
        row = 0;
        element++;
      }
    }
  };
}

/** For each element in Fortran order, its place in C order. */
function positionsInC(sizes: readonly number[]): Float64Array {
  const strides = sizes.map((_, axis) => valuesOf(sizes.slice(axis + 1)));
  const positions = new Float64Array(valuesOf(sizes));
  for (let i = 0; i < positions.length; i++) {
    let rest = i;
    for (let axis = 0; axis < sizes.length; axis++) {
      positions[i] += (rest % sizes[axis]) * strides[axis];
      rest = Math.floor(rest / sizes[axis]);
    }
  }
  return positions;
}

function toNativeOrder(bytes: Uint8Array, { type, bigEndian }: StoredArray): void {
  if (bigEndian === (endianness() === 'BE')) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type.bytes === 2) buffer.swap16();
  else if (type.bytes === 4) buffer.swap32();
  else if (type.bytes === 8) buffer.swap64();
}

function checkExact(numbers: Numbers, where: string): void {
  for (const value of numbers) {
    if (Math.abs(value) < EXACT) continue;
    const rule = 'integers must be below 2^53 to be exact in float64';
    throw new DataError(complaint(where, rule, value, 'Store the values as float64.'));
  }
}
