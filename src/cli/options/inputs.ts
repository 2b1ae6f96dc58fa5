import { FORMAT_NAMES, type FormatName } from '../../data/formats/index.js';
import { parseImageShape } from '../../data/image.js';
import type { TableOptions } from '../../data/index.js';
import { DEFAULT_LAYOUT, LAYOUTS, type Layout } from '../../data/layout.js';
import { parseRowRange, type RowRange } from '../../data/rows.js';
import { DEFAULT_SCALE } from '../../data/scale.js';
import { UsageError } from '../../errors.js';
import type { FlagTable, Positional } from '../command.js';
import { type ParsedArguments, parsedOf, textOf } from './parsed.js';
import { SCALING_TEXT, type Scaling, scalingOf } from './scaling.js';
import { COLUMN_FLAGS, type ColumnOptions, readColumnOptions, readTableOptions, TABLE_FLAGS } from './table.js';
import { nonEmpty, oneOf } from './values.js';

const GROUP = 'Input';

/** The data of a command that computes kernels. */
export const DATA: Positional = {
  name: 'X',
  describe: 'data: .npy, FILE.npz:NAME, .csv, libsvm, IDX, CIFAR-10 or CIFAR-100 .bin, each also gzipped; - is stdin',
  required: true,
};

/** The data of the columns of a kernel. */
export const SECOND_DATA: Positional = {
  name: 'Z',
  describe: 'second data; without it the kernel of X with itself',
  required: false,
};

/** Flags that say how data files are read. */
export const INPUT_FLAGS: FlagTable = {
  rows: { describe: 'rows a:b of X, zero-based, b not included; of Z and of labels as well', group: GROUP },
  'rows-z': { describe: 'rows a:b of Z', group: GROUP },
  scale: { describe: `scaling of the rows: ${SCALING_TEXT}`, group: GROUP, fallback: DEFAULT_SCALE },
  image: { describe: 'sizes HxWxC that each row is read as, HxWx1 where it is grey, WxC for a sequence', group: GROUP },
  layout: {
    describe: 'where channels stand in the files: last, or first as in PyTorch',
    group: GROUP,
    fallback: DEFAULT_LAYOUT,
    choices: LAYOUTS,
  },
  format: {
    describe: 'format of X and Z',
    group: GROUP,
    fallback: 'by content',
    choices: FORMAT_NAMES,
  },
  labels: {
    describe: 'file of labels, one a row of X: npy, IDX or csv; several columns are one-hot or targets',
    group: GROUP,
  },
  ...COLUMN_FLAGS,
  ...TABLE_FLAGS,
};

/** How the data files of a command are read. */
export interface InputOptions {
  readonly rows: RowRange | null;
  readonly rowsZ: RowRange | null;
  readonly scale: Scaling;
  readonly image: readonly number[] | null;
  /** Null: channels last, as nobody has said. */
  readonly layout: Layout | null;
  readonly format: FormatName | null;
  /** Columns of csv data that are features and labels. */
  readonly columns: ColumnOptions;
  /** How csv files are written. */
  readonly table: TableOptions;
  /** Path of the labels. */
  readonly labels: string | null;
  /** Path of the labels of Z, in commands that take them. */
  readonly testLabels?: string;
}

/** A range that holds rows; whether they are in the data is checked when the data are read. */
function rowRange(flag: string, text: string): RowRange {
  try {
    const range = parseRowRange(text);
    if (range.end > range.start) return range;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.message.replace(/^rows:/, `${flag}:`), { cause: error });
  }
  throw new UsageError(`${flag}: must hold at least one row, got ${text}. Write for example 0:100, 100: or :100.`);
}

/** The input flags as given. */
export function readInputOptions(args: ParsedArguments): InputOptions {
  const rows = parsedOf(args, 'rows', rowRange) ?? null;
  const rowsZ = parsedOf(args, 'rows-z', rowRange) ?? null;
  if (rowsZ !== null && args.positionals.length < 2) {
    throw new UsageError(
      `--rows-z: must come with a file Z, got ${textOf(args, 'rows-z')} without. Give Z, or --rows.`,
    );
  }
  return {
    rows,
    rowsZ: rowsZ ?? rows,
    scale: parsedOf(args, 'scale', scalingOf) ?? DEFAULT_SCALE,
    image: parsedOf(args, 'image', (_flag, text) => parseImageShape(text)) ?? null,
    layout: parsedOf(args, 'layout', oneOf(LAYOUTS)) ?? null,
    format: parsedOf(args, 'format', oneOf(FORMAT_NAMES)) ?? null,
    columns: readColumnOptions(args),
    table: readTableOptions(args),
    labels: parsedOf(args, 'labels', nonEmpty) ?? null,
  };
}
