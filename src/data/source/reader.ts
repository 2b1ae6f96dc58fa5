import { DataError } from '../../errors.js';
import { complaint } from '../../message.js';
import type { Bytes } from './bytes.js';

/** Takes bytes off the front of an input in pieces of any length. */
export class ByteReader {
  readonly #where: string;
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(bytes: Bytes) {
    this.#where = bytes.where;
    this.#chunks = bytes.chunks();
  }

  /** Bytes taken or skipped so far. */
  get position(): number {
    return this.#position;
  }

  /** Fills `target`. @throws DataError when the input ends before. */
  async fill(target: Uint8Array): Promise<void> {
    for (let filled = 0; filled < target.length; ) {
      const part = await this.some(target.length - filled);
      target.set(part, filled);
      filled += part.length;
    }
  }

  /** The next 1 to `most` bytes, valid until the next call. @throws DataError at the end of the input. */
  async some(most: number): Promise<Uint8Array> {
    if (!(await this.#advance())) {
      throw new DataError(
        complaint(this.#where, 'must be complete', `an end after ${this.#position} bytes`, 'Copy the file again.'),
      );
    }
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    this.#position += part.length;
    return part;
  }

  /** Passes over `length` bytes. @throws DataError when the input ends before. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.some(left)).length;
  }

  /** Whether all bytes were taken. */
  async atEnd(): Promise<boolean> {
    return !(await this.#advance());
  }

  /** Stops reading. */
  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }

  /** Makes the current chunk not empty; false at the end. */
  async #advance(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return false;
      this.#chunk = next.value;
    }
    return true;
  }
}
