import { MemoryError } from '../../errors.js';
import { complaint } from '../../message.js';
import { readableBytes } from '../budget.js';
import type { Bytes } from '../source/bytes.js';
import type { ReadRequest } from './format.js';

const LINE_FEED = 10;

/** A line is held several times over while it is taken apart. */
const COPIES = 8;

/** Lines up to this length are always taken: bytes. */
const SHORT = 1 << 20;

/** Bytes of the one number that a line holds at least. */
const NUMBER = 8;

/**
 * The same text, which ends in an error as soon as it is sure not to fit: some kilobytes of gzip expand to lines
 * without end.
 *
 * Its chunks throw a MemoryError.
 */
export function withinBudget(bytes: Bytes, { memoryLimit, rows }: ReadRequest): Bytes {
  if (memoryLimit === Number.POSITIVE_INFINITY) return bytes;
  const longest = Math.max(SHORT, memoryLimit / COPIES);
  // Of a file that is not packed the lines are no more than its size says.
  const most = bytes.size === null && rows === null ? memoryLimit / NUMBER : Number.POSITIVE_INFINITY;
  const refuse = (where: string, rule: string): MemoryError => {
    const remedy = 'Raise the memory limit (--memory), or check that the file is a table.';
    return new MemoryError(complaint(where, rule, `a limit of ${readableBytes(memoryLimit)}`, remedy));
  };
  return {
    where: bytes.where,
    size: bytes.size,
    maximumSize: bytes.maximumSize,
    async *chunks() {
      let [lines, open] = [0, 0];
      for await (const chunk of bytes.chunks()) {
        if (most < Number.POSITIVE_INFINITY) lines += lineFeeds(chunk);
        const last = chunk.lastIndexOf(LINE_FEED);
        open = last < 0 ? open + chunk.length : chunk.length - last - 1;
        if (lines > most) throw refuse(bytes.where, `${lines} lines and more need more memory than there is`);
        if (open > longest)
          throw refuse(bytes.where, `a line of ${open} bytes and more needs more memory than there is`);
        yield chunk;
      }
    },
  };
}

function lineFeeds(chunk: Uint8Array): number {
  let count = 0;
  for (let k = 0; k < chunk.length; k++) if (chunk[k] === LINE_FEED) count++;
  return count;
}
