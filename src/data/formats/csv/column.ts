import { DataError, UsageError } from '../../../errors.js';
import { complaint, quoted } from '../../../message.js';
import type { Column, ReadRequest } from '../format.js';
import type { CsvSurvey } from './survey.js';

/** What becomes of the fields of a column. */
export const FIELD = { number: 0, label: 1, skipped: 2, empty: 3 } as const;

/** What becomes of the columns of a csv. */
export interface ColumnPlan {
  /** One of `FIELD` a column of the file. */
  readonly kinds: Uint8Array;
  /** Columns that are features, in their order. */
  readonly features: readonly number[];
  /** Columns that are labels, in their order. */
  readonly labels: readonly number[];
  /** Whether label columns were asked for that rows of these features do not have. */
  readonly isUnlabelled: boolean;
}

/** Which columns a message is about. */
type Option = 'label column' | 'columns' | 'drop-columns';

/**
 * Features and labels among the columns of a csv; those of a file of labels are all labels unless some are named.
 *
 * @throws UsageError when there is no such column, or one is named twice or for two things.
 * @throws DataError when no feature is left.
 */
export function planColumns(survey: CsvSurvey, request: ReadRequest, where: string): ColumnPlan {
  const { columns, dropColumns } = request.table;
  const all = Array.from({ length: survey.columns }, (_, column) => column);
  const own = survey.hasRowNames ? all.slice(1) : all;
  const isLabels = request.role === 'labels';
  const dropped = isLabels ? [] : chosen(dropColumns ?? [], 'drop-columns', survey, where);
  const isUnlabelled = lacksLabels(survey, request, own.length - dropped.length);
  const named = isUnlabelled ? [] : chosen(request.labelColumn ?? [], 'label column', survey, where);
  const labels = isLabels && named.length === 0 ? own : named;
  const taken = columns === null || isLabels ? null : chosen(columns, 'columns', survey, where);
  checkOverlap(labels, dropped, taken, survey, where);
  const rest = own.filter((column) => !labels.includes(column) && !dropped.includes(column));
  const features = isLabels ? [] : (taken ?? rest);
  if (features.length === 0 && !isLabels) {
    const rule = labels.length > 0 ? 'must have a column beside the labels' : 'must have a column that is left';
    const got = survey.columns === 1 ? '1 column' : `${survey.columns} columns`;
    const remedy = labels.length > 0 ? 'Give the labels as a file of their own.' : 'Leave out fewer columns.';
    throw new DataError(complaint(where, rule, got, remedy));
  }
  const kinds = new Uint8Array(survey.columns + (survey.hasTrailing ? 1 : 0)).fill(FIELD.skipped);
  for (const column of features) kinds[column] = FIELD.number;
  for (const column of labels) kinds[column] = FIELD.label;
  if (survey.hasTrailing) kinds[survey.columns] = FIELD.empty;
  return { kinds, features, labels, isUnlabelled };
}

/** Whether the columns that are left are the features already: rows without labels, as others have them. */
function lacksLabels({ names }: CsvSurvey, { labelColumn, features, table }: ReadRequest, left: number): boolean {
  if (labelColumn === null || table.columns !== null || left !== features) return false;
  return !labelColumn.some((column) => typeof column === 'string' && names?.includes(column));
}

function checkOverlap(
  labels: readonly number[],
  dropped: readonly number[],
  taken: readonly number[] | null,
  { names }: CsvSurvey,
  where: string,
): void {
  const both = labels.find((column) => dropped.includes(column) || taken?.includes(column));
  if (both === undefined) return;
  const option = dropped.includes(both) ? 'drop-columns' : 'columns';
  const rule = `${option} must not name a label column, which is no feature anyway`;
  const name = names?.[both] ? ` (${quoted(names[both])})` : '';
  throw new UsageError(complaint(where, rule, `column ${both}${name}`, 'Leave it out of one of the two.'));
}

/** Zero-based columns of the file, each of them once. */
function chosen(columns: readonly Column[], option: Option, survey: CsvSurvey, where: string): readonly number[] {
  const found = columns.flatMap((column) => indicesOf(column, option, survey, where));
  const twice = found.find((column, k) => found.indexOf(column) !== k);
  if (twice === undefined) return found;
  const rule = `${option} must name a column once`;
  throw new UsageError(complaint(where, rule, `column ${twice} twice`, 'Leave one of them out.'));
}

function indicesOf(column: Column, option: Option, survey: CsvSurvey, where: string): readonly number[] {
  if (typeof column === 'string') {
    const named = indexOfName(column, option, survey, where);
    if (named !== null) return [named];
    const range = /^(-?\d+)?:(-?\d+)?$/.exec(column);
    if (range !== null) return rangeOf(range[1], range[2], column, option, survey, where);
  }
  const index = Number(column);
  const fromStart = index < 0 ? index + survey.columns : index;
  if (Number.isInteger(index) && fromStart >= 0 && fromStart < survey.columns) return [fromStart];
  const rule = `${option} must be 0 to ${survey.columns - 1}, or -1 for the last`;
  throw new UsageError(complaint(where, rule, index, `The file has ${survey.columns} columns, counted from 0.`));
}

/** The column of a name; null where the text is an index or a range instead. */
function indexOfName(name: string, option: Option, { names }: CsvSurvey, where: string): number | null {
  const found = names?.indexOf(name) ?? -1;
  if (found >= 0 && names && names.lastIndexOf(name) !== found) {
    const rule = `${option} must be the name of one column`;
    throw new UsageError(complaint(where, rule, `${quoted(name)}, which several have`, 'Give its zero-based index.'));
  }
  if (found >= 0) return found;
  if (/^-?\d+$/.test(name) || /^(-?\d+)?:(-?\d+)?$/.test(name)) return null;
  const rule = names ? `${option} must be a name in line 1` : `${option} must be an index without a header`;
  const shown = names?.filter((one) => one !== '').slice(0, 20);
  const remedy = shown
    ? `Choose one of ${shown.map(quoted).join(', ')} or a zero-based index.`
    : 'Give its zero-based index, or --header yes if line 1 names the columns.';
  throw new UsageError(complaint(where, rule, quoted(name), remedy));
}

/** Columns `a <= column < b`, negative ones counted from the end. */
function rangeOf(
  first: string | undefined,
  last: string | undefined,
  text: string,
  option: Option,
  { columns }: CsvSurvey,
  where: string,
): readonly number[] {
  const place = (end: string | undefined, fallback: number): number =>
    end === undefined ? fallback : Number(end) < 0 ? Number(end) + columns : Number(end);
  const [start, end] = [place(first, 0), place(last, columns)];
  if (start >= 0 && end <= columns && start < end) return Array.from({ length: end - start }, (_, k) => start + k);
  const rule = `${option} a:b must lie within the ${columns} columns and hold one at least`;
  throw new UsageError(complaint(where, rule, text, `Choose a range within 0:${columns}; b is not included.`));
}
