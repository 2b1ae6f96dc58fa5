import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DataError, InternalError, InterruptedError } from '../../errors.js';
import { complaint } from '../../message.js';
import type { Bytes } from './bytes.js';
import { notAFile, placeOf, unreadable } from './place.js';
import { Spool, spoolOf } from './spool.js';

const CHUNK = 1 << 20;

/** How a file is read. */
export interface FileOptions {
  /** Aborts the reading with an InterruptedError. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the SHA-256 will be asked for. [true] */
  readonly hash?: boolean;
  /**
   * Whether pipes and the standard input are refused: files that a file names, and those that are read here and there.
   * [false]
   */
  readonly regular?: boolean;
  /** Bytes of a pipe that may be kept. [no limit] */
  readonly memoryLimit?: number;
}

/** A file that is read piece by piece; every byte that passes the first time goes into its SHA-256. */
export class FileSource implements Bytes {
  readonly #store: FileHandle | Spool;
  readonly #signal: AbortSignal | undefined;
  readonly #hash: Hash | null;
  #hashed = 0;

  private constructor(
    readonly where: string,
    readonly size: number,
    store: FileHandle | Spool,
    { signal, hash = true }: FileOptions,
  ) {
    this.#store = store;
    this.#signal = signal;
    this.#hash = hash ? createHash('sha256') : null;
  }

  /**
   * Opens a file for reading; a pipe, and `-` for the standard input, is read to its end and kept in memory.
   *
   * @throws DataError when it is missing, unreadable, empty or no file; MemoryError when more comes out of a pipe than
   * may be kept
   */
  static async open(path: string, options: FileOptions = {}): Promise<FileSource> {
    const place = await placeOf(path);
    if (place === 'file') return FileSource.#openRegular(path, options);
    if (options.regular === true) throw notAFile(path, path === '-' ? 'the standard input' : 'a special file (a pipe)');
    const { signal, memoryLimit = Number.POSITIVE_INFINITY } = options;
    const spool = await spoolOf(path, place, { signal, memoryLimit });
    if (spool.size === 0) throw empty(path, 'a pipe without any bytes', 'Check the command that writes to it.');
    return new FileSource(path, spool.size, spool, options);
  }

  static async #openRegular(path: string, options: FileOptions): Promise<FileSource> {
    // What lies there may have been replaced since it was looked at: with this flag open() never waits.
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
    const handle = await open(path, flags).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw notAFile(path, 'a special file');
      if (stat.size === 0) throw empty(path, 'an empty file', 'Write the file again.');
      return new FileSource(path, stat.size, handle, options);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes that it keeps in memory: those of a pipe. */
  get held(): number {
    return this.#store instanceof Spool ? this.size : 0;
  }

  get maximumSize(): number {
    return this.size;
  }

  chunks(): AsyncGenerator<Uint8Array> {
    return this.range(0, this.size);
  }

  /** The bytes `start <= position < end`. @throws DataError when the file has become shorter. */
  async *range(start: number, end: number): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(Math.min(CHUNK, Math.max(1, end - Math.min(start, this.#hashed))));
    let position = Math.min(start, this.#hashed);
    while (position < end) {
      const length = await this.#fill(buffer, position, Math.min(buffer.length, end - position));
      const skipped = Math.max(0, start - position);
      position += length;
      if (length > skipped) yield buffer.subarray(skipped, length);
    }
  }

  /** Exactly `length` bytes from `position`. @throws DataError when the file has become shorter. */
  async at(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    await this.fill(buffer, position);
    return buffer;
  }

  /** Fills `target` with the bytes from `position` on. @throws DataError when the file ends before. */
  async fill(target: Uint8Array, position: number): Promise<void> {
    for (let filled = 0; filled < target.length; ) {
      filled += await this.#fill(target.subarray(filled), position + filled, target.length - filled);
    }
  }

  /**
   * SHA-256 of the whole file in hexadecimal, reading what was not read yet. Ends the source. @throws InternalError
   * without `hash`.
   */
  async sha256(): Promise<string> {
    if (this.#hash === null) throw new InternalError('the hash of a file opened without one');
    const buffer = new Uint8Array(CHUNK);
    while (this.#hashed < this.size) {
      await this.#fill(buffer, this.#hashed, Math.min(CHUNK, this.size - this.#hashed));
    }
    return this.#hash.digest('hex');
  }

  /** Closes the file. */
  async close(): Promise<void> {
    if (this.#store instanceof Spool) this.#store.clear();
    else await this.#store.close();
  }

  /** Reads at most `length` bytes at `position` into the front of `buffer`; returns how many. */
  async #fill(buffer: Uint8Array, position: number, length: number): Promise<number> {
    if (this.#signal?.aborted) throw new InterruptedError();
    const bytesRead = await this.#read(buffer, position, length);
    if (bytesRead === 0) {
      const rule = `must keep its ${this.size} bytes while it is read`;
      throw new DataError(complaint(this.where, rule, `only ${position}`, 'Wait until the file is complete.'));
    }
    if (position <= this.#hashed && position + bytesRead > this.#hashed) {
      this.#hash?.update(buffer.subarray(this.#hashed - position, bytesRead));
      this.#hashed = position + bytesRead;
    }
    return bytesRead;
  }

  async #read(buffer: Uint8Array, position: number, length: number): Promise<number> {
    if (this.#store instanceof Spool) return this.#store.read(buffer, length, position);
    try {
      return (await this.#store.read(buffer, 0, length, position)).bytesRead;
    } catch (error) {
      throw unreadable(this.where, error);
    }
  }
}

function empty(path: string, got: string, remedy: string): DataError {
  return new DataError(complaint(path, 'must hold data', got, remedy));
}
