import type { FloatArray } from '../../array.js';
import type { CsvSurvey } from './survey.js';

/** Different values above which a column is no column of classes. */
const MOST = 100;

/** Rows of each class, on average, from which on few values are no chance. */
const ROWS_A_CLASS = 2;

/** The values of a column, ascending, when they are integers one after the other, or -1 and 1; null otherwise. */
function classesIn(data: FloatArray, width: number, column: number): readonly number[] | null {
  const values = new Set<number>();
  for (let at = column; at < data.length; at += width) {
    if (!Number.isInteger(data[at]) || data[at] < -1) return null;
    values.add(data[at]);
    if (values.size > MOST) return null;
  }
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length < 2 || data.length / width < ROWS_A_CLASS * sorted.length) return null;
  const areSigns = sorted.join() === '-1,1';
  return areSigns || sorted.every((value, k) => value === sorted[0] + k) ? sorted : null;
}

/** Names of columns that hold labels. */
const LABELS = /^(labels?|class(es)?|targets?)$/i;

/**
 * Warns where the last feature of all columns looks like labels, few integers, other ones than in the column before; or
 * one is called so.
 */
export function labelWarnings(data: FloatArray, { columns, names }: CsvSurvey, where: string): readonly string[] {
  if (columns < 2) return [];
  const says = (column: number, what: string, name: string | number): string =>
    `${where} column ${column + 1}: ${what}, and was read as a feature; --label-column ${name} takes it out, ` +
    `--columns 0:${columns} says that it is one`;
  const called = names?.findIndex((name) => LABELS.test(name)) ?? -1;
  if (names !== null && called >= 0) {
    return [says(called, `is called ${JSON.stringify(names[called])}`, names[called])];
  }
  const classes = classesIn(data, columns, columns - 1);
  if (classes === null || classes.join() === classesIn(data, columns, columns - 2)?.join()) return [];
  const shown = `${classes.length} integers (${classes[0]} to ${classes[classes.length - 1]})`;
  return [says(columns - 1, `holds ${shown}, as labels do`, -1)];
}
