import { DataError } from '../../errors.js';
import type { FloatArray } from '../array.js';
import { complaint } from '../message.js';
import type { RowRange } from '../rows.js';
import type { Bytes } from '../source/bytes.js';

/** What to read of a file. */
export interface ReadRequest {
  /** Rows to keep; null is all. */
  readonly rows: RowRange | null;
  /** Column of a csv that holds labels, by name or zero-based index; null is none. */
  readonly labelColumn: string | number | null;
  /** Bytes that the result may take. */
  readonly memoryLimit: number;
}

/** An array as a format reads it, before any check of its values. */
export interface RawInput {
  /** Elements in C order, over shared memory. */
  readonly data: FloatArray;
  /** `[n, d]`, `[n, w, c]` or `[n, h, w, c]`. */
  readonly shape: readonly number[];
  /** Labels `[n]` that stand in the file itself; null without. */
  readonly labels: Float64Array | null;
  /** Where in the file the element `index` of `data` stands, for messages. */
  readonly placeOf: (index: number) => string;
  /** What the reader should know although it is no error. */
  readonly warnings: readonly string[];
  /** Whether the format itself says which axis is that of channels, so that `layout` has nothing to add. [false] */
  readonly hasLayout?: boolean;
}

/** A file format: how to recognise it and how to read it. */
export interface Format {
  /** Name for messages. */
  readonly name: string;
  /** File names of the format, used only when no format recognises the content. */
  readonly files: RegExp;
  /** Whether the content is of this format; `size` in bytes, null when unknown. */
  readonly recognises: (head: Uint8Array, size: number | null) => boolean;
  /** Reads the rows asked for. @throws DataError, UsageError or MemoryError. */
  readonly read: (bytes: Bytes, request: ReadRequest) => Promise<RawInput>;
}

/** Names the place of an element of an array `shape` whose first row is `firstRow` in the file. */
export function placeInArray(shape: readonly number[], firstRow: number): (index: number) => string {
  return (index) => {
    const indices: number[] = [];
    let rest = index;
    for (const size of shape.slice(1).reverse()) {
      indices.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    const within = indices.length === 1 ? `column ${indices[0]}` : `element [${indices.join(', ')}]`;
    return `row ${firstRow + rest}, ${within} (zero-based)`;
  };
}

/**
 * The shape as examples: rank 1 becomes the column `[n, 1]`.
 *
 * @throws DataError when the rank is not 1 to 4 or an axis is empty.
 */
export function exampleShape(sizes: readonly number[], where: string): readonly number[] {
  const got = `the shape [${sizes.join(', ')}]`;
  if (sizes.length < 1 || sizes.length > 4) {
    const rule = 'must be of rank 1 to 4: [n], [n, d], [n, w, c] or [n, h, w, c]';
    throw new DataError(complaint(where, rule, got, 'Reshape the array.'));
  }
  if (sizes.includes(0)) {
    const rule = sizes[0] === 0 ? 'must have at least one row' : 'must have at least one column';
    throw new DataError(complaint(where, rule, got, 'Store an array that is not empty.'));
  }
  return sizes.length === 1 ? [sizes[0], 1] : sizes;
}

/** Compares the bytes that a header claims with those of the file, before anything is allocated. @throws DataError when they differ. */
export function checkClaim(bytes: Bytes, claimed: number): void {
  const refuse = (got: string, remedy: string) =>
    new DataError(complaint(bytes.where, `must hold the ${claimed} bytes that its header claims`, got, remedy));
  if (claimed > bytes.maximumSize) {
    const most = bytes.size === null ? `at most ${bytes.maximumSize}` : `${bytes.size}`;
    throw refuse(most, 'The file is truncated or damaged: copy it again.');
  }
  if (bytes.size !== null && bytes.size > claimed) throw refuse(`${bytes.size}`, 'Store one array in a file.');
}
