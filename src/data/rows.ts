import { UsageError } from '../errors.js';
import { complaint, quoted } from '../message.js';

/** Rows `start <= row < end`, zero-based; `end` is `Infinity` for "to the last". */
export interface RowRange {
  /** First row. */
  readonly start: number;
  /** Row after the last. */
  readonly end: number;
}

/**
 * Parses `a:b`, `a:`, `:b` (zero-based, half-open).
 *
 * @throws UsageError when `text` is no such range.
 */
export function parseRowRange(text: string): RowRange {
  const match = /^(\d*):(\d*)$/.exec(text.trim());
  const start = Number(match?.[1] || 0);
  const end = match?.[2] ? Number(match[2]) : Number.POSITIVE_INFINITY;
  if (!match || !Number.isSafeInteger(start) || (match[2] !== '' && !Number.isSafeInteger(end))) {
    throw new UsageError(
      complaint(
        'rows',
        'must be a:b with whole numbers from 0',
        quoted(text),
        'Write for example 0:100, 100: or :100.',
      ),
    );
  }
  return { start, end };
}

/**
 * The range within `count` rows, with a definite end; all rows when `range` is null.
 *
 * @throws UsageError when the range is empty, reversed or past the end.
 */
export function resolveRows(range: RowRange | null, count: number, where: string): RowRange {
  if (range === null) return { start: 0, end: count };
  const end = range.end === Number.POSITIVE_INFINITY ? count : range.end;
  const got = `${range.start}:${end}`;
  const refuse = (rule: string) =>
    new UsageError(complaint(where, rule, got, `The file has ${count} rows: choose a range within 0:${count}.`));
  if (!Number.isSafeInteger(range.start) || !Number.isSafeInteger(end) || range.start < 0) {
    throw refuse('rows must be whole numbers from 0');
  }
  if (end > count || range.start >= count) throw refuse(`rows must lie within the ${count} rows`);
  if (end <= range.start) throw refuse('rows must not be empty or reversed');
  return { start: range.start, end };
}
