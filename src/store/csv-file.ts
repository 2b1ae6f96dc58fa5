import { open } from 'node:fs/promises';
import { writeAll, writeBeside } from '../data/write/beside.js';
import type { FileMark } from '../data/write/mark.js';
import { InterruptedError } from '../errors.js';

/** Header of a `.npy` file that this library wrote: where the data start, its shape and whether it is f64. */
function parseHeader(bytes: Buffer): { start: number; rows: number; columns: number; f64: boolean } {
  const length = bytes.readUInt16LE(8);
  const text = bytes.toString('latin1', 10, 10 + length);
  const [rows, columns] = (/\((\d+), (\d+)\)/.exec(text) ?? ['', '0', '0']).slice(1).map(Number);
  return { start: 10 + length, rows, columns, f64: text.includes("'<f8'") };
}

/** Shortest decimal that reads back as the same number in its precision. */
export function shortest(value: number, f64: boolean): string {
  if (f64) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

/**
 * Writes the matrix of a `.npy` file as csv, one row a line, whole or not at all; only one row is in memory at a time.
 * Returns which file it is.
 */
export async function csvFromNpy(
  npy: string,
  out: string,
  { signal, replace }: { readonly signal?: AbortSignal; readonly replace: boolean },
): Promise<FileMark> {
  const source = await open(npy, 'r');
  try {
    const { bytes } = await readAt(source, 0, 256);
    const { start, rows, columns, f64 } = parseHeader(bytes);
    const element = f64 ? 8 : 4;
    return await writeBeside(
      out,
      async (handle) => {
        for (let i = 0; i < rows; i++) {
          if (signal?.aborted) throw new InterruptedError();
          const row = (await readAt(source, start + i * columns * element, columns * element)).bytes;
          const cells = Array.from({ length: columns }, (_, j) =>
            shortest(f64 ? row.readDoubleLE(8 * j) : row.readFloatLE(4 * j), f64),
          );
          await writeAll(handle, Buffer.from(`${cells.join(',')}\n`));
        }
      },
      replace,
    );
  } finally {
    await source.close();
  }
}

async function readAt(
  file: Awaited<ReturnType<typeof open>>,
  position: number,
  length: number,
): Promise<{ bytes: Buffer }> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return { bytes };
}
