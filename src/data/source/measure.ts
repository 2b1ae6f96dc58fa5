import { MemoryError } from '../../errors.js';
import { complaint } from '../../message.js';
import { readableBytes } from '../budget.js';
import type { Bytes } from './bytes.js';

/**
 * The same bytes with their number known: those of a compressed file are counted by expanding them once. @throws
 * MemoryError beyond `most`.
 */
export async function measured(bytes: Bytes, most: number): Promise<Bytes> {
  if (bytes.size !== null) return bytes;
  let size = 0;
  for await (const chunk of bytes.chunks()) {
    size += chunk.length;
    if (size <= most) continue;
    const got = `a limit of ${readableBytes(most)}`;
    const remedy = 'Raise the memory limit (--memory), or choose fewer rows.';
    throw new MemoryError(complaint(bytes.where, `expands to ${size} bytes and more`, got, remedy));
  }
  return { where: bytes.where, size, maximumSize: size, chunks: () => bytes.chunks() };
}
