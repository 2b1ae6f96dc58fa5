import { type Labels, MOST_CLASSES } from '../data/index.js';
import { norm } from '../data/norm.js';
import { DataError } from '../errors.js';

/** What the labels ask for. */
export type Task = 'classify' | 'regress';

/** Targets of a regression: for classes one output each (one-hot), else the labels themselves. */
export interface Targets {
  /** What the labels ask for. */
  readonly task: Task;
  /** `[outputs, n]`: one output after the other. */
  readonly values: Float64Array;
  /** Numbers of each row. */
  readonly outputs: number;
  /** The label of each output, ascending; null when the labels are numbers. */
  readonly classes: Float64Array | null;
  /** The name of each output, where the classes or columns have any. */
  readonly names: readonly string[] | null;
  /** Whether the labels are one-hot: a column a class. */
  readonly isOneHot: boolean;
}

/** The different labels, ascending, when they can be classes: integers of at most 1,000 values. */
function classesOf(labels: Float64Array): Float64Array | null {
  if (!labels.every(Number.isInteger)) return null;
  const values = Float64Array.from(new Set(labels)).sort();
  return values.length <= MOST_CLASSES ? values : null;
}

/** Whether each row `[width]` is 0 but for one 1. */
function areOneHot(data: Float64Array, width: number): boolean {
  for (let start = 0; start < data.length; start += width) {
    const row = data.subarray(start, start + width);
    if (!row.every((v) => v === 0 || v === 1) || row.reduce((sum, v) => sum + v, 0) !== 1) return false;
  }
  return true;
}

/** `[n, width]` as `[width, n]`. */
function byColumn(data: Float64Array, width: number): Float64Array {
  if (width === 1) return data;
  const n = data.length / width;
  return Float64Array.from(data, (_, at) => data[(at % n) * width + Math.floor(at / n)]);
}

/**
 * Targets from labels: `[n]`, or `[n, k]` that are one-hot or k numbers; without a task, integers of at most 1,000
 * values are classes, and so are names and one-hot rows.
 *
 * @throws DataError when the labels are not what the task asks for.
 */
export function targetsOf(labels: Labels | Float64Array, task?: Task): Targets {
  const { data, shape, classes: named, names: columns } = labels instanceof Float64Array ? plain(labels) : labels;
  const [n, width = 1] = shape;
  if (task === 'regress' && named !== null) throw notNumbers(named);
  const numbers = { task: 'regress', values: byColumn(data, width), outputs: width, classes: null } as const;
  if (task === 'regress') return { ...numbers, names: columns, isOneHot: false };
  if (width > 1) {
    const isOneHot = areOneHot(data, width);
    if (!isOneHot && task === 'classify') throw notOneHot(width);
    if (!isOneHot) return { ...numbers, names: columns, isOneHot };
    const classes = Float64Array.from({ length: width }, (_, k) => k);
    return { ...numbers, task: 'classify', classes, names: columns, isOneHot };
  }
  const classes = classesOf(data);
  if (classes === null) {
    if (task === 'classify') throw notClasses(data);
    return { ...numbers, names: columns, isOneHot: false };
  }
  const place = new Map(Array.from(classes, (value, k) => [value, k]));
  const values = new Float64Array(classes.length * n);
  data.forEach((label, i) => {
    values[(place.get(label) ?? 0) * n + i] = 1;
  });
  const names = named && Array.from(classes, (number) => named[number]);
  return { task: 'classify', values, outputs: classes.length, classes, names, isOneHot: false };
}

/** Numbers as labels that nothing more is known of. */
function plain(data: Float64Array): Labels {
  return { data, shape: [data.length], classes: null, names: null };
}

function notNumbers(named: readonly string[]): DataError {
  const shown = named.slice(0, 3).map((name) => JSON.stringify(name));
  return new DataError(
    `--task regress: labels must be numbers, got the names ${shown.join(', ')}. Use --task classify.`,
  );
}

function notOneHot(width: number): DataError {
  return new DataError(
    `--task classify: labels of several columns must be one-hot, got ${width} columns of other numbers. Use --task ` +
      'regress, or labels of one column.',
  );
}

function notClasses(labels: Float64Array): DataError {
  const bad = labels.find((v) => !Number.isInteger(v));
  const got = bad === undefined ? 'more values' : String(bad);
  return new DataError(
    `--task classify: labels must be integers of at most ${MOST_CLASSES} values, got ${got}. Use --task regress.`,
  );
}

/**
 * Labels of test rows as those of `targets`: the class of each row, or its numbers; one-hot rows become classes.
 *
 * @throws DataError when they should be one-hot and are not.
 */
export function testLabelsOf({ data, shape }: Labels, { isOneHot, outputs }: Targets): Float64Array {
  if (!isOneHot) return data;
  if (!areOneHot(data, outputs)) throw notOneHot(outputs);
  return Float64Array.from({ length: shape[0] }, (_, i) => data.subarray(i * outputs, (i + 1) * outputs).indexOf(1));
}

/** The class with the largest output, for predictions `[m, outputs]`. */
export function largestOutputs(predictions: Float64Array, classes: Float64Array): Float64Array {
  const outputs = classes.length;
  return Float64Array.from({ length: predictions.length / outputs }, (_, i) => {
    let best = 0;
    for (let k = 1; k < outputs; k++) if (predictions[i * outputs + k] > predictions[i * outputs + best]) best = k;
    return classes[best];
  });
}

/** Share of rows whose largest output is their label. */
export function accuracy(predictions: Float64Array, classes: Float64Array, labels: Float64Array): number {
  const found = largestOutputs(predictions, classes);
  return found.reduce((right, value, i) => right + (value === labels[i] ? 1 : 0), 0) / labels.length;
}

/** Root of the mean squared difference of predictions and labels, both `[m, outputs]`. */
export function rootMeanSquareError(predictions: Float64Array, labels: Float64Array): number {
  const misses = predictions.map((v, i) => v - labels[i]);
  return norm(misses, 0, misses.length) / Math.sqrt(labels.length);
}
