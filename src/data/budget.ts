import { MemoryError } from '../errors.js';
import { complaint, reasonOf } from '../message.js';
import { allocate, type FloatArray, type Precision } from './array.js';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A number of bytes for people: `1.5 GiB`. */
export function readableBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(4))} ${UNITS[power]}`;
}

const REMEDY = 'Raise the memory limit (--memory) or choose fewer rows.';

/** Compares what an input takes with what it may. @throws MemoryError when it is more. */
export function checkBudget(bytes: number, limit: number, where: string): void {
  if (bytes <= limit) return;
  const need = `reading needs ${readableBytes(bytes)} (${bytes} bytes) of memory`;
  throw new MemoryError(complaint(where, need, `a limit of ${readableBytes(Math.max(0, limit))}`, REMEDY));
}

/**
 * A zeroed shared store of `length` elements, after checking that it stays within `limit` bytes.
 *
 * @throws MemoryError when it would not, or when the system has no such memory.
 */
export function reserve(length: number, precision: Precision, limit: number, where: string): FloatArray {
  const bytes = length * (precision === 'f64' ? 8 : 4);
  checkBudget(bytes, limit, where);
  try {
    return allocate(length, precision);
  } catch (error) {
    throw new MemoryError(complaint(where, `reading needs ${readableBytes(bytes)} of memory`, reasonOf(error), REMEDY));
  }
}
