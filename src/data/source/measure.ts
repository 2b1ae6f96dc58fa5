import type { Bytes } from './bytes.js';

/** The same bytes with their number known: those of a compressed file are counted by expanding them once. */
export async function measured(bytes: Bytes): Promise<Bytes> {
  if (bytes.size !== null) return bytes;
  let size = 0;
  for await (const chunk of bytes.chunks()) size += chunk.length;
  return { where: bytes.where, size, maximumSize: size, chunks: () => bytes.chunks() };
}
