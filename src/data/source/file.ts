import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { DataError, InternalError, InterruptedError } from '../../errors.js';
import { codeOf, complaint, reasonOf } from '../message.js';
import type { Bytes } from './bytes.js';

const CHUNK = 1 << 20;

/** How a file is read. */
export interface FileOptions {
  /** Aborts the reading with an InterruptedError. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the SHA-256 will be asked for. [true] */
  readonly hash?: boolean;
}

/** A file that is read piece by piece; every byte that passes the first time goes into its SHA-256. */
export class FileSource implements Bytes {
  readonly #handle: FileHandle;
  readonly #signal: AbortSignal | undefined;
  readonly #hash: Hash | null;
  #hashed = 0;

  private constructor(
    readonly where: string,
    readonly size: number,
    handle: FileHandle,
    { signal, hash = true }: FileOptions,
  ) {
    this.#handle = handle;
    this.#signal = signal;
    this.#hash = hash ? createHash('sha256') : null;
  }

  /** Opens a file for reading. @throws DataError when it is missing, unreadable, empty or not a regular file. */
  static async open(path: string, options: FileOptions = {}): Promise<FileSource> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw unreadable(path, error);
    });
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new DataError(notAFile(path, stat.isDirectory() ? 'a directory' : 'a special file'));
      if (stat.size === 0) {
        throw new DataError(complaint(path, 'must hold data', 'an empty file', 'Write the file again.'));
      }
      return new FileSource(path, stat.size, handle, options);
    } catch (error) {
      await handle.close();
      throw error;
    }
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
    let filled = 0;
    while (filled < length) {
      filled += await this.#fill(buffer.subarray(filled), position + filled, length - filled);
    }
    return buffer;
  }

  /** SHA-256 of the whole file in hexadecimal, reading what was not read yet. Ends the source. @throws InternalError without `hash`. */
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
    await this.#handle.close();
  }

  /** Reads at most `length` bytes at `position` into the front of `buffer`; returns how many. */
  async #fill(buffer: Uint8Array, position: number, length: number): Promise<number> {
    if (this.#signal?.aborted) throw new InterruptedError();
    const { bytesRead } = await this.#handle.read(buffer, 0, length, position).catch((error: unknown) => {
      throw unreadable(this.where, error);
    });
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
}

function notAFile(path: string, got: string): string {
  return complaint(path, 'must be a regular file', got, 'Name one file.');
}

function unreadable(path: string, error: unknown): DataError {
  const code = codeOf(error);
  if (code === 'EISDIR') return new DataError(notAFile(path, 'a directory'), { cause: error });
  const missing = code === 'ENOENT' || code === 'ENOTDIR';
  const got = missing ? 'no such file' : reasonOf(error);
  const remedy = missing ? 'Check the path.' : 'Check the permissions of the file.';
  return new DataError(complaint(path, 'must be a readable file', got, remedy), { cause: error });
}
