import type { Bytes } from '../../source/bytes.js';
import { lineEnd, lineKind } from './lines.js';

/** The first lines of a csv file, as far as they tell how it is written. */
export interface CsvHead {
  /** Lines of content, whole; at least two where the file has them. */
  readonly lines: readonly string[];
  /** The last comment before the first content, without its mark; null without. */
  readonly comment: string | null;
}

const LINE_FEED = 10;

/** Bytes that are looked at, unless two lines need more. */
const ENOUGH = 1 << 16;

/** Reads the first lines of a text whose lines end in line feeds. */
export async function readHead(bytes: Bytes): Promise<CsvHead> {
  const parts: Buffer[] = [];
  let size = 0;
  let isLong = true;
  for await (const chunk of bytes.chunks()) {
    parts.push(Buffer.from(chunk));
    size += chunk.length;
    // A part of a long line alone cannot end it.
    isLong &&= !chunk.includes(LINE_FEED);
    if (size < ENOUGH || isLong) continue;
    const read = Buffer.concat(parts.splice(0));
    parts.push(read);
    isLong = true;
    const head = headIn(read.subarray(0, ENOUGH), false);
    if (head.lines.length >= 2) return head;
    const longer = headIn(read, false);
    if (longer.lines.length >= 2) return longer;
  }
  return headIn(Buffer.concat(parts), true);
}

function headIn(buffer: Buffer, isWhole: boolean): CsvHead {
  const marked = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  const lines: string[] = [];
  let comment: string | null = null;
  for (let start = marked ? 3 : 0; start < buffer.length; ) {
    const end = lineEnd(buffer, start);
    if (end === buffer.length && !isWhole) break;
    const kind = lineKind(buffer, start, end);
    const text = buffer.toString('utf8', start, end).replace(/\r$/, '');
    if (kind === 'content') lines.push(text);
    else if (lines.length === 0 && kind === 'comment') comment = text.replace(/^\s*[#%]+\s*/, '');
    start = end + 1;
  }
  return { lines, comment };
}
