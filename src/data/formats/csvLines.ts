import type { Bytes } from '../source/bytes.js';

/** Whole lines in one buffer: where each starts; every line ends in a line feed. */
export interface LineBlock {
  readonly buffer: Buffer;
  readonly starts: readonly number[];
}

const LINE_FEED = 10;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const INITIAL_BUFFER = 1 << 21;

/** Position of the next line feed from `start` on, else the length; for short lines faster than `indexOf`. */
export function lineEnd(bytes: Uint8Array, start: number): number {
  const { length } = bytes;
  let at = start;
  while (at < length && bytes[at] !== LINE_FEED) at++;
  return at;
}

/** The lines `first <= line < end` of a text, zero-based, in blocks of what one chunk completes. */
export class CsvLines {
  #buffer = Buffer.allocUnsafe(INITIAL_BUFFER);
  #spare = Buffer.alloc(0);
  #filled = 0;
  #line = 0;

  constructor(
    private readonly bytes: Bytes,
    private readonly first: number,
    private readonly end: number,
  ) {}

  /** Each block is valid until the next one is asked for. */
  async *blocks(): AsyncGenerator<LineBlock> {
    let isFirst = true;
    for await (const chunk of this.bytes.chunks()) {
      const marked = isFirst && BYTE_ORDER_MARK.every((byte, i) => chunk[i] === byte);
      isFirst = false;
      this.#append(marked ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk);
      yield this.#take();
      if (this.#line >= this.end) return;
    }
    this.#append(new Uint8Array([LINE_FEED]));
    yield this.#take();
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#filled + chunk.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      this.#buffer.copy(larger, 0, 0, this.#filled);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#filled);
    this.#filled = needed;
  }

  /** The complete lines of the buffer; the rest moves to the front of another one. */
  #take(): LineBlock {
    const buffer = this.#buffer;
    const filled = buffer.subarray(0, this.#filled);
    const starts: number[] = [];
    let start = 0;
    while (this.#line < this.end) {
      const stop = lineEnd(filled, start);
      if (stop === filled.length) break;
      if (this.#line >= this.first) starts.push(start);
      this.#line++;
      start = stop + 1;
    }
    this.#spare = this.#spare.length >= buffer.length ? this.#spare : Buffer.allocUnsafe(buffer.length);
    buffer.copy(this.#spare, 0, start, this.#filled);
    [this.#buffer, this.#spare] = [this.#spare, buffer];
    this.#filled -= start;
    return { buffer, starts };
  }
}
