import type { FloatArray, NdArray } from './array.js';
import { finiteRange } from './finite.js';
import {
  type Column,
  type OnSize,
  type RawInput,
  type ReadRequest,
  type SparseShape,
  WHOLE,
} from './formats/format.js';
import { type FormatName, recognised } from './formats/index.js';
import { withinBudget } from './formats/text-budget.js';
import { imageShape } from './image.js';
import { type Labels, labelsIn } from './labelled.js';
import { channelsLast, checkLayout, DEFAULT_LAYOUT, type Layout } from './layout.js';
import type { RowRange } from './rows.js';
import { openInput } from './source/open.js';
import { type TableOptions, tableRequest } from './table.js';

/** How to read an input. */
export interface ReadOptions extends TableOptions {
  /** Rows to keep. [all] */
  readonly rows?: RowRange;
  /**
   * Column of a csv that holds labels, by name or zero-based index (negative: from the end); several are targets.
   * [none]
   */
  readonly labelColumn?: Column | readonly Column[];
  /** Columns of a csv that are features, in this order, by name, index or range `a:b` of indices. [all but labels] */
  readonly columns?: readonly Column[];
  /** Columns of a csv that are left out. [none] */
  readonly dropColumns?: readonly Column[];
  /**
   * Names of the classes in the order of their numbers, those of the training rows; labels that are none are refused.
   * [sorted names]
   */
  readonly classes?: readonly string[];
  /**
   * Features of a libsvm file, which may lack the last ones: those of the training rows. [as the indices in the file]
   */
  readonly sparse?: SparseShape;
  /**
   * Features that the rows must have, those of the training rows: a csv of no more columns has no labels. [not known]
   */
  readonly features?: number;
  /** Sizes `[h, w, c]`, or `[w, c]` of a sequence, that each row is read as. [as stored] */
  readonly image?: readonly number[];
  /**
   * Where channels stand in the file: last, or (`nchw`) before the positions, as PyTorch has them; the result has them
   * last. [nhwc]
   */
  readonly layout?: Layout;
  /** Format of the file. [recognised by content, else by name] */
  readonly format?: FormatName;
  /** Bytes that the result, and what is kept of a pipe, may take. [no limit] */
  readonly memoryLimit?: number;
  /** Whether only regular files are read: pipes and `-` are refused. [false] */
  readonly regular?: boolean;
  /** Told how many rows of how many values will be read, as soon as that is known. [nobody] */
  readonly onSize?: OnSize;
  /** Aborts the reading with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** An input array, checked: every element is finite, no axis is empty. */
export interface Input extends NdArray {
  /** As it was given, `file.npz:name` included. */
  readonly path: string;
  /** Elements in C order over shared memory; Float32Array when the stored type fits exactly into it. */
  readonly data: FloatArray;
  /** `[n, d]`, `[n, w, c]` or `[n, h, w, c]`, after choosing rows and reading them as images. */
  readonly shape: readonly number[];
  /** Rows of the file, before any were chosen. */
  readonly fileRows: number;
  /** SHA-256 of the whole file's bytes in hexadecimal. */
  readonly sha256: string;
  /** Labels that stand in the file itself; null without. */
  readonly labels: Labels | null;
  /** Names of the features, where the file has any. */
  readonly names: readonly string[] | null;
  /** Features of a libsvm file; null for any other. */
  readonly sparse: SparseShape | null;
  /** Smallest and largest element. */
  readonly range: readonly [number, number];
  /** What the reader should know although it is no error. */
  readonly warnings: readonly string[];
}

/**
 * Reads `.npy`, `file.npz:name`, `.csv`, libsvm, IDX, CIFAR-10 or CIFAR-100 (each also gzipped), recognised by content
 * unless `format` says it.
 *
 * Channels come last in the result, whatever `layout` the file has.
 *
 * `path` may be a pipe, or `-` for the standard input: they are read to their end first.
 *
 * @throws DataError when the file cannot be used.
 * @throws UsageError when rows, columns, image or layout do not fit the file.
 * @throws MemoryError when the result, or what comes out of a pipe, would take more than `memoryLimit`.
 * @throws InterruptedError when `signal` is aborted.
 */
export async function readInput(path: string, options: ReadOptions = {}): Promise<Input> {
  const { image = null, layout = DEFAULT_LAYOUT, format = null } = options;
  const { raw, sha256 } = await readChecked(path, requestOf(options), format, options);
  const { data, warnings, range, fileRows, names = null, sparse = null } = raw;
  const isTurned = checkLayout(layout) === 'nchw' && raw.hasLayout !== true;
  return {
    path,
    data,
    shape: isTurned ? channelsLast(data, raw.shape, image, path) : imageShape(raw.shape, image, path),
    fileRows,
    sha256,
    labels: labelsIn(raw),
    names,
    sparse,
    range,
    warnings,
  };
}

function requestOf(options: ReadOptions): ReadRequest {
  const { rows = null, labelColumn, classes = null, sparse = null, features = null } = options;
  return {
    ...WHOLE,
    rows,
    labelColumn: labelColumn === undefined ? null : [labelColumn].flat(),
    table: { ...tableRequest(options), columns: options.columns ?? null, dropColumns: options.dropColumns ?? null },
    classes,
    sparse,
    features,
    memoryLimit: options.memoryLimit ?? WHOLE.memoryLimit,
    ...(options.onSize === undefined ? {} : { onSize: options.onSize }),
  };
}

/** What a format read, the range of its values, and the hash of the file. */
interface CheckedInput {
  readonly raw: RawInput & { readonly range: readonly [number, number] };
  readonly sha256: string;
}

/** Opens, reads and checks one input; shared by data and labels. */
export async function readChecked(
  path: string,
  request: ReadRequest,
  wanted: FormatName | null,
  { signal, regular = false }: Pick<ReadOptions, 'signal' | 'regular'>,
): Promise<CheckedInput> {
  const { memoryLimit } = request;
  const { file, bytes } = await openInput(path, { signal, regular, memoryLimit });
  try {
    const limited = { ...request, memoryLimit: memoryLimit - file.held };
    const { format, bytes: known, warnings } = await recognised(bytes, wanted, limited);
    const raw = await format.read(format.isText === true ? withinBudget(known, limited) : known, limited);
    const range = finiteRange(raw.data, bytes.where, raw.placeOf);
    return { raw: { ...raw, range, warnings: [...warnings, ...raw.warnings] }, sha256: await file.sha256() };
  } finally {
    await file.close();
  }
}
