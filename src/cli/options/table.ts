import type { Column, TableOptions } from '../../data/index.js';
import type { FlagTable } from '../command.js';
import { type ParsedArguments, parsedOf, textsOf } from './parsed.js';
import { badValue, listOf, nonEmpty, oneOf } from './values.js';

const GROUP = 'Tables (csv)';

/** Flags that say how a csv file is written. */
export const TABLE_FLAGS: FlagTable = {
  header: {
    describe: 'whether line 1 names the columns, in files of labels too',
    group: GROUP,
    fallback: 'yes where a field of it is neither a number nor empty',
    choices: ['yes', 'no'],
  },
  separator: {
    describe: 'what separates fields: one character, or tab, or space for any run of blanks',
    group: GROUP,
    fallback: 'by the first lines: , ; tab or space',
  },
  decimal: {
    describe: 'decimal mark',
    group: GROUP,
    fallback: '. unless a comma makes more fields numbers',
    choices: ['.', ','],
  },
};

/** Flags that choose the columns of data. */
export const COLUMN_FLAGS: FlagTable = {
  'label-column': {
    describe:
      'column that is no feature but the label: its name, or its zero-based index (-1: the last); given twice, ' +
      'they are targets',
    group: GROUP,
    repeats: true,
  },
  columns: {
    describe: 'columns that are features, in this order: names, indices, ranges a:b of indices',
    group: GROUP,
  },
  'drop-columns': { describe: 'columns that are left out, such as an index', group: GROUP },
};

/** Separators that are awkward to type, by name. */
const NAMED: Readonly<Record<string, string>> = {
  tab: '\t',
  '\\t': '\t',
  space: ' ',
  blank: ' ',
  comma: ',',
  semicolon: ';',
};

function separatorOf(flag: string, text: string): string {
  const separator = NAMED[text.toLowerCase()] ?? text;
  if (separator.length !== 1) {
    throw badValue(flag, 'must be one character, tab or space', text, `For example ${flag} ';'`);
  }
  return separator;
}

/** A column of a csv: its zero-based index, negative from the end, or its name. */
export function columnOf(flag: string, text: string): Column {
  return /^-?\d+$/.test(text) ? Number(text) : nonEmpty(flag, text);
}

/** The label columns as given; undefined without. */
export function labelColumnsOf(args: ParsedArguments): readonly Column[] | undefined {
  const texts = textsOf(args, 'label-column');
  if (texts.length === 0) return undefined;
  return texts.map((text) => columnOf('--label-column', text));
}

/** How csv files are written, as far as the flags say it. */
export function readTableOptions(args: ParsedArguments): TableOptions {
  const header = parsedOf(args, 'header', oneOf(['yes', 'no'] as const));
  const separator = parsedOf(args, 'separator', separatorOf);
  const decimal = parsedOf(args, 'decimal', oneOf(['.', ','] as const));
  return {
    ...(header === undefined ? {} : { header: header === 'yes' }),
    ...(separator === undefined ? {} : { separator }),
    ...(decimal === undefined ? {} : { decimal }),
  };
}

/** Which columns of data are features and labels. */
export interface ColumnOptions {
  readonly labelColumn?: readonly Column[];
  readonly columns?: readonly Column[];
  readonly dropColumns?: readonly Column[];
}

/** The columns that the flags choose. */
export function readColumnOptions(args: ParsedArguments): ColumnOptions {
  const labelColumn = labelColumnsOf(args);
  const columns = parsedOf(args, 'columns', listOf(columnOf));
  const dropColumns = parsedOf(args, 'drop-columns', listOf(columnOf));
  if (columns !== undefined && dropColumns !== undefined) {
    const got = args.values.get('drop-columns')?.join(' ') ?? '';
    throw badValue('--drop-columns', 'must stand instead of --columns', got, 'Leave one of them out');
  }
  return {
    ...(labelColumn === undefined ? {} : { labelColumn }),
    ...(columns === undefined ? {} : { columns }),
    ...(dropColumns === undefined ? {} : { dropColumns }),
  };
}
