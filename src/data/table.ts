import { UsageError } from '../errors.js';
import { complaint, quoted } from '../message.js';
import type { TableRequest } from './formats/format.js';

/** How a csv file is written, where its content does not say. */
export interface TableOptions {
  /**
   * Whether line 1 names the columns. [when a field of it is neither a number nor empty, or the first one alone is
   * empty]
   */
  readonly header?: boolean;
  /**
   * Character between fields; a blank stands for any run of spaces and tabs. [what makes most fields numbers: `,` `;`
   * tab or blank]
   */
  readonly separator?: string;
  /** What separates the whole part of a number from its fraction. [`,` only where that makes more fields numbers] */
  readonly decimal?: '.' | ',';
}

/** Characters of numbers and texts, which cannot separate them. */
const NO_SEPARATOR = /^[\w."'+#%\-\r\n]$/;

/**
 * The options of a table as formats take them, with all columns.
 *
 * @throws UsageError for a separator or decimal mark that is none.
 */
export function tableRequest({
  header = null,
  separator = null,
  decimal = null,
}: Nullable<TableOptions>): TableRequest {
  if (separator !== null && (!/^[\t\x20-\x7e]$/.test(separator) || NO_SEPARATOR.test(separator))) {
    const rule = "must be one character that stands in no number or name, such as ',', ';', '|', tab or blank";
    throw new UsageError(complaint('separator', rule, quoted(separator), 'Leave it out where the content says it.'));
  }
  if (decimal !== null && decimal !== '.' && decimal !== ',') {
    throw new UsageError(complaint('decimal', "must be '.' or ','", quoted(decimal), 'Leave it out for points.'));
  }
  return { header, separator, decimal, columns: null, dropColumns: null };
}

type Nullable<T> = { readonly [K in keyof T]: T[K] | null };
