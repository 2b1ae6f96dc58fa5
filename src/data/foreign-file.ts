import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type ForeignFile, foreignIn, HEAD } from './formats/foreign.js';

/**
 * What the file at `path` is, if it is of a foreign format that is known; null otherwise, and where it cannot be read.
 */
export function foreignFile(path: string): ForeignFile | null {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const head = headOf(path);
  return head === null ? null : foreignIn(head, path);
}

function headOf(path: string): Uint8Array | null {
  try {
    const file = openSync(path, 'r');
    try {
      const head = new Uint8Array(HEAD);
      return head.subarray(0, readSync(file, head, 0, HEAD, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
