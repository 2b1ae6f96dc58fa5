import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { InterruptedError } from '../../errors.js';
import type { NdArray } from '../array.js';
import { FileSource } from '../source/file.js';
import { writeAll, writeBeside } from './beside.js';
import type { FileMark } from './mark.js';
import { elementBytes, npyHeader, precisionOf } from './npy.js';
import { CHECKSUM_AT, directory, localHeader, type WrittenMember, ZIP64_FROM } from './zip-records.js';

/** An existing `.npy` file that becomes the array `name` of an archive. */
export interface StoredMember {
  readonly name: string;
  /** Path of the `.npy` file. */
  readonly file: string;
}

/** How an archive is written. */
export interface NpzOptions {
  /** Aborts the writing with an InterruptedError; nothing stays. */
  readonly signal?: AbortSignal;
  /** Sizes and positions from here on are written in 64 bits. [2^32 - 1] */
  readonly zip64From?: number;
  /** Whether a file of the same name gives way; without, it stays and the writing fails. [true] */
  readonly replace?: boolean;
}

/** Writes arrays as an uncompressed `.npz`, whole or not at all. Returns which file it is. @throws OutputError. */
export async function writeNpz(
  path: string,
  arrays: Readonly<Record<string, NdArray>>,
  options: NpzOptions = {},
): Promise<FileMark> {
  return writeBeside(
    path,
    async (handle) => {
      const archive = new ZipWriter(handle, options);
      for (const [name, { data, shape }] of Object.entries(arrays)) {
        const pieces = [npyHeader(shape, precisionOf(data)), elementBytes(data)];
        await archive.member(name, pieces[0].length + pieces[1].length, pieces);
      }
      await archive.end();
    },
    options.replace,
  );
}

/**
 * Joins existing `.npy` files into an uncompressed `.npz`, piece by piece, whole or not at all. Returns which file it
 * is.
 *
 * @throws DataError when a member cannot be read.
 * @throws OutputError when the archive cannot be written.
 */
export async function zipStored(
  out: string,
  members: readonly StoredMember[],
  options: NpzOptions = {},
): Promise<FileMark> {
  return writeBeside(
    out,
    async (handle) => {
      const archive = new ZipWriter(handle, options);
      for (const { name, file } of members) {
        const source = await FileSource.open(file, { signal: options.signal, hash: false, regular: true });
        try {
          await archive.member(name, source.size, source.chunks());
        } finally {
          await source.close();
        }
      }
      await archive.end();
    },
    options.replace,
  );
}

/** Writes members one after the other; the checksum is filled in once the bytes of a member have passed. */
class ZipWriter {
  readonly #handle: FileHandle;
  readonly #signal: AbortSignal | undefined;
  readonly #zip64From: number;
  readonly #members: WrittenMember[] = [];
  #position = 0;

  constructor(handle: FileHandle, { signal, zip64From = ZIP64_FROM }: NpzOptions) {
    this.#handle = handle;
    this.#signal = signal;
    this.#zip64From = zip64From;
  }

  async member(
    arrayName: string,
    size: number,
    pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const name = `${arrayName}.npy`;
    const offset = this.#position;
    await this.#write(localHeader(name, size, this.#zip64From));
    let checksum = 0;
    for await (const piece of pieces) {
      for (const part of parts(piece)) {
        if (this.#signal?.aborted) throw new InterruptedError();
        checksum = crc32(part, checksum);
        await this.#write(part);
      }
    }
    const patch = Buffer.alloc(4);
    patch.writeUInt32LE(checksum);
    for (let at = 0; at < patch.length; ) {
      at += (await this.#handle.write(patch, at, patch.length - at, offset + CHECKSUM_AT + at)).bytesWritten;
    }
    this.#members.push({ name, size, checksum, offset });
  }

  async end(): Promise<void> {
    await this.#write(directory(this.#members, this.#position, this.#zip64From));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#handle, bytes);
    this.#position += bytes.length;
  }
}

const PART = 1 << 24;

function* parts(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PART) yield bytes.subarray(at, at + PART);
}
