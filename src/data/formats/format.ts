import { DataError } from '../../errors.js';
import { complaint } from '../../message.js';
import type { FloatArray } from '../array.js';
import { type RowRange, resolveRows } from '../rows.js';
import type { Bytes } from '../source/bytes.js';

/**
 * A column of a table: its name, or its zero-based index, negative from the end. As text also a range `a:b` of indices.
 */
export type Column = string | number;

/** How a table is read; null: as its content says. */
export interface TableRequest {
  /** Whether line 1 names the columns. */
  readonly header: boolean | null;
  /** Character between fields; a blank stands for any run of spaces and tabs. */
  readonly separator: string | null;
  readonly decimal: '.' | ',' | null;
  /** Columns that are features, in this order; null: all but labels and those that are left out. */
  readonly columns: readonly Column[] | null;
  /** Columns that are left out; null: none. */
  readonly dropColumns: readonly Column[] | null;
}

/** Features of a sparse table: how many, and the index of the first. */
export interface SparseShape {
  /** Columns that the rows have. */
  readonly features: number;
  /** Index of the first feature. */
  readonly base: 0 | 1;
}

/** Data that labels belong to. */
export interface Owner {
  /** File of the data, for messages. */
  readonly path: string;
  /** Rows in that file, before any are chosen. */
  readonly fileRows: number;
}

/** What to read of a file. */
export interface ReadRequest {
  /** Whether rows of features are wanted, or labels alone. */
  readonly role: 'data' | 'labels';
  /** Rows to keep; null is all. */
  readonly rows: RowRange | null;
  /** Columns of a csv that hold labels; null is none, and all in a file of labels. */
  readonly labelColumn: readonly Column[] | null;
  readonly table: TableRequest;
  /** Names of the classes in the order of their numbers; null: those that the labels have, sorted. */
  readonly classes: readonly string[] | null;
  /** Features that a sparse table must have; null: those that it has. */
  readonly sparse: SparseShape | null;
  /** Features that rows must have: a csv of no more columns holds no labels; null: not known. */
  readonly features: number | null;
  /** Data of which a file of labels has one a row; null: of none that is known. */
  readonly owner: Owner | null;
  /** Bytes that the result may take. */
  readonly memoryLimit: number;
  /** Told how many rows of how many values will be read, before they are. [nobody] */
  readonly onSize?: OnSize;
}

/** Takes what is known of data before they are read: rows, and values of a row. */
export type OnSize = (rows: number, values: number) => void;

/** All rows of a file as its content says. */
export const WHOLE: ReadRequest = {
  role: 'data',
  rows: null,
  labelColumn: null,
  table: { header: null, separator: null, decimal: null, columns: null, dropColumns: null },
  classes: null,
  sparse: null,
  features: null,
  owner: null,
  memoryLimit: Number.POSITIVE_INFINITY,
};

/** An array as a format reads it, before any check of its values. */
export interface RawInput {
  /** Elements in C order, over shared memory. */
  readonly data: FloatArray;
  /** `[n, d]`, `[n, w, c]` or `[n, h, w, c]`. */
  readonly shape: readonly number[];
  /** Labels `[n]` that stand in the file itself, or `[n, k]` of k columns; null without. */
  readonly labels: Float64Array | null;
  /** Columns of labels. [1] */
  readonly labelWidth?: number;
  /** Names of the columns of labels, where they have any. */
  readonly labelNames?: readonly string[] | null;
  /** Names of the classes that labels number; null: they are numbers. */
  readonly classes?: readonly string[] | null;
  /** Names of the features, where the file has any. */
  readonly names?: readonly string[] | null;
  /** Features of a sparse table. */
  readonly sparse?: SparseShape;
  /** Rows of the file, before any are chosen. */
  readonly fileRows: number;
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
  /** Whether it is text in lines. [false] */
  readonly isText?: boolean;
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
  const got = `the shape [${sizes.slice(0, 10).join(', ')}${sizes.length > 10 ? ', ...' : ''}]`;
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

/**
 * Compares the bytes that a header claims with those of the file, before anything is allocated. @throws DataError when
 * they differ.
 */
export function checkClaim(bytes: Bytes, claimed: number): void {
  const refuse = (got: string, remedy: string) =>
    new DataError(complaint(bytes.where, `must hold the ${claimed} bytes that its header claims`, got, remedy));
  if (claimed > bytes.maximumSize) {
    const most = bytes.size === null ? `at most ${bytes.maximumSize}` : `${bytes.size}`;
    throw refuse(most, 'The file is truncated or damaged: copy it again.');
  }
  if (bytes.size !== null && bytes.size > claimed) throw refuse(`${bytes.size}`, 'Store one array in a file.');
}

/**
 * The rows that are asked for of a file of `fileRows`, after comparing these with the data that labels belong to;
 * `hint` is what else may be wrong then.
 *
 * @throws DataError when they differ, UsageError when the range is not within the file.
 */
export function chosenRows(
  { rows, owner }: ReadRequest,
  fileRows: number,
  where: string,
  hint: (missing: number) => string = () => '',
): RowRange {
  if (owner !== null && owner.fileRows !== fileRows) {
    const rule = `labels must be one a row of ${owner.path}`;
    const remedy = `Give the labels of these rows${hint(owner.fileRows - fileRows)}.`;
    throw new DataError(complaint(where, rule, `${fileRows} for ${owner.fileRows} rows`, remedy));
  }
  return resolveRows(rows, fileRows, where);
}
