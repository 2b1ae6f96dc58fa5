import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataError, InterruptedError, MemoryError } from '../../errors.js';
import { codeOf, complaint, reasonOf } from '../../message.js';
import { readableBytes } from '../budget.js';
import { isShellPipe, type Place, unreadable } from './place.js';

/** What bounds the reading of a pipe. */
export interface SpoolOptions {
  /** Bytes that may be kept. */
  readonly memoryLimit: number;
  /** Aborts the waiting with an InterruptedError. */
  readonly signal: AbortSignal | undefined;
}

const BLOCK = 1 << 20;
/** Milliseconds that a named pipe may be without anyone who writes to it. */
const PATIENCE = 5000;
/** Milliseconds from one look to the next. */
const INTERVAL = 20;

/** Bytes of a pipe, which can be read once only, kept in memory: blocks of one size, so that none is ever copied. */
export class Spool {
  readonly #blocks: Uint8Array[] = [];
  #size = 0;

  /** Number of bytes. */
  get size(): number {
    return this.#size;
  }

  /** Adds bytes to the end. */
  add(chunk: Uint8Array): void {
    for (let done = 0; done < chunk.length; ) {
      const at = this.#size % BLOCK;
      if (at === 0) this.#blocks.push(new Uint8Array(BLOCK));
      const part = chunk.subarray(done, done + BLOCK - at);
      this.#blocks[this.#blocks.length - 1].set(part, at);
      done += part.length;
      this.#size += part.length;
    }
  }

  /** Copies at most `length` bytes from `position` to the front of `buffer`; how many. */
  read(buffer: Uint8Array, length: number, position: number): number {
    const most = Math.min(length, this.#size - position);
    if (most <= 0) return 0;
    const at = position % BLOCK;
    const part = this.#blocks[Math.floor(position / BLOCK)].subarray(at, at + most);
    buffer.set(part);
    return part.length;
  }

  /** Forgets everything. */
  clear(): void {
    this.#blocks.length = 0;
  }
}

/**
 * Reads a pipe or the standard input to its end.
 *
 * @throws MemoryError when more comes than `memoryLimit`; DataError when nobody writes to it; InterruptedError when
 * aborted
 */
export async function spoolOf(path: string, place: Exclude<Place, 'file'>, options: SpoolOptions): Promise<Spool> {
  const spool = new Spool();
  const stream = place === 'stdin' ? standardInput(path) : await openPipe(path, spool, options.signal);
  const stop = (): void => void stream.destroy();
  options.signal?.addEventListener('abort', stop);
  try {
    if (options.signal?.aborted) throw new InterruptedError();
    for await (const chunk of stream) {
      spool.add(chunk as Uint8Array);
      if (spool.size > options.memoryLimit) throw tooMuch(path, options.memoryLimit);
    }
    if (options.signal?.aborted) throw new InterruptedError();
    return spool;
  } catch (error) {
    if (options.signal?.aborted) throw new InterruptedError();
    throw codeOf(error) === '' ? error : unreadable(path, error);
  } finally {
    options.signal?.removeEventListener('abort', stop);
    stream.destroy();
  }
}

function standardInput(path: string): Readable {
  const { stdin } = process;
  if (!stdin.readableEnded && !stdin.destroyed) return stdin;
  const remedy = 'Give it for one input, and files for the others.';
  throw new DataError(complaint(path, 'standard input can be read once', 'a second reader', remedy));
}

/** The end of a pipe from which bytes come, as soon as somebody writes to it. */
async function openPipe(path: string, spool: Spool, signal: AbortSignal | undefined): Promise<Readable> {
  let fd: number;
  try {
    // Without this flag the system would wait for a writer inside of open(), out of reach of signals.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    await firstBytes(fd, path, spool, signal);
    return new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Waits until a named pipe has a writer. */
async function firstBytes(fd: number, path: string, spool: Spool, signal: AbortSignal | undefined): Promise<void> {
  const start = performance.now();
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = readNow(fd, buffer);
    if (count > 0) spool.add(buffer.subarray(0, count));
    if (count !== 0 || isShellPipe(path)) return;
    if (performance.now() - start > PATIENCE) {
      const rule = 'a pipe must have somebody who writes to it';
      const remedy = 'Start the command that writes first, or name a file.';
      throw new DataError(complaint(path, rule, `nobody within ${PATIENCE / 1000} seconds`, remedy));
    }
    await sleep(INTERVAL, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      throw signal?.aborted ? new InterruptedError() : new DataError(reasonOf(error));
    });
  }
}

/** Bytes that are there at this moment; 0 without a writer, -1 when a writer is there that has not written. */
function readNow(fd: number, buffer: Uint8Array): number {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return -1;
    throw error;
  }
}

function tooMuch(path: string, limit: number): MemoryError {
  const rule = 'a pipe is kept in memory until its end is known';
  const got = `more than the limit of ${readableBytes(limit)}`;
  return new MemoryError(
    complaint(path, rule, got, 'Raise the memory limit (--memory), or write it to a file and name that.'),
  );
}
