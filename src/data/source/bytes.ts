/** The bytes of an input, unpacked from whatever contains them. */
export interface Bytes {
  /** Name for messages: the path, or `file.npz:name`. */
  readonly where: string;
  /** Number of bytes; null when only reading to the end tells (gzip). */
  readonly size: number | null;
  /** No more than this many bytes will come. */
  readonly maximumSize: number;
  /** Starts at the first byte, as often as it is called. A chunk is valid until the next one is asked for. */
  chunks(): AsyncGenerator<Uint8Array>;
}

/** The first bytes, at most `length`. */
export async function headOf(bytes: Bytes, length: number): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of bytes.chunks()) {
    const part = chunk.subarray(0, length - filled);
    head.set(part, filled);
    filled += part.length;
    if (filled === length) break;
  }
  return head.subarray(0, filled);
}
