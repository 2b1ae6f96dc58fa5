import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, createInflateRaw } from 'node:zlib';
import { DataError, isNtkError } from '../../errors.js';
import { codeOf, complaint, reasonOf } from '../../message.js';
import type { Bytes } from './bytes.js';

/** A deflated stream cannot expand by more than this factor. */
export const MAXIMUM_EXPANSION = 1032;

const OUTPUT_CHUNK = 1 << 18;

/**
 * Expands a deflated stream piece by piece.
 *
 * @throws DataError when the stream is damaged or ends too early.
 */
export async function* inflated(
  source: AsyncGenerator<Uint8Array>,
  packing: 'gzip' | 'raw',
  where: string,
): AsyncGenerator<Uint8Array> {
  const options = { chunkSize: OUTPUT_CHUNK, finishFlush: constants.Z_FINISH };
  const expander = packing === 'gzip' ? createGunzip(options) : createInflateRaw(options);
  pipeline(Readable.from(copied(source), { highWaterMark: 1 }), expander, ignoreEarlyEnd);
  try {
    for await (const chunk of expander) yield chunk;
  } catch (error) {
    if (isNtkError(error)) throw error;
    const got = codeOf(error) === 'Z_BUF_ERROR' ? 'a truncated stream' : `a damaged stream (${reasonOf(error)})`;
    const rule = 'must be complete compressed data';
    throw new DataError(complaint(where, rule, got, 'Copy or download the file again.'), { cause: error });
  }
}

/** The expanded bytes of a gzip file. */
export function gunzipped(packed: Bytes): Bytes {
  return {
    where: packed.where,
    size: null,
    maximumSize: packed.maximumSize * MAXIMUM_EXPANSION,
    chunks: () => inflated(packed.chunks(), 'gzip', packed.where),
  };
}

/** The expander holds on to its input, while a source reuses its buffer. */
async function* copied(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield chunk.slice();
}

/** Errors reach the reader through the expander itself; a reader that stops early is no error. */
function ignoreEarlyEnd(): void {}
