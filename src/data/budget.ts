import { MemoryError } from '../errors.js';
import { allocate, type FloatArray, type Precision } from './array.js';
import { complaint, reasonOf } from './message.js';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A number of bytes for people: `1.5 GiB`. */
export function readableBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(4))} ${UNITS[power]}`;
}

/**
 * A zeroed shared store of `length` elements, after checking that it stays within `limit` bytes.
 *
 * @throws MemoryError when it would not, or when the system has no such memory.
 */
export function reserve(length: number, precision: Precision, limit: number, where: string): FloatArray {
  const bytes = length * (precision === 'f64' ? 8 : 4);
  const remedy = 'Raise the memory limit or choose fewer rows.';
  if (bytes > limit) {
    const need = `reading needs ${readableBytes(bytes)} (${bytes} bytes) of memory`;
    throw new MemoryError(complaint(where, need, `a limit of ${readableBytes(limit)}`, remedy));
  }
  try {
    return allocate(length, precision);
  } catch (error) {
    throw new MemoryError(complaint(where, `reading needs ${readableBytes(bytes)} of memory`, reasonOf(error), remedy));
  }
}
