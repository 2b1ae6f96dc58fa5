import { norm } from '../data/norm.js';
import { DataError } from '../errors.js';

/** What the labels ask for. */
export type Task = 'classify' | 'regress';

/** Targets of a regression: for classes one output each (one-hot), else the labels themselves. */
export interface Targets {
  readonly task: Task;
  /** `[outputs, n]`: one output after the other. */
  readonly values: Float64Array;
  readonly outputs: number;
  /** The label of each output, ascending; null when the labels are numbers. */
  readonly classes: Float64Array | null;
}

/** Values above which integer labels are taken as numbers. */
const MOST_CLASSES = 1000;

/** The different labels, ascending, when they can be classes: integers of at most 1,000 values. */
function classesOf(labels: Float64Array): Float64Array | null {
  if (!labels.every(Number.isInteger)) return null;
  const values = Float64Array.from(new Set(labels)).sort();
  return values.length <= MOST_CLASSES ? values : null;
}

/**
 * Targets from labels `[n]`; without a task, integers of at most 1,000 values are classes.
 *
 * Throws DataError when classes are asked for and the labels are none.
 */
export function targetsOf(labels: Float64Array, task?: Task): Targets {
  const classes = task === 'regress' ? null : classesOf(labels);
  if (classes === null) {
    if (task === 'classify') {
      const bad = labels.find((v) => !Number.isInteger(v));
      const got = bad === undefined ? 'more values' : String(bad);
      throw new DataError(
        `--task classify: labels must be integers of at most ${MOST_CLASSES} values, got ${got}. Use --task regress.`,
      );
    }
    return { task: 'regress', values: labels, outputs: 1, classes: null };
  }
  const n = labels.length;
  const place = new Map(Array.from(classes, (value, k) => [value, k]));
  const values = new Float64Array(classes.length * n);
  labels.forEach((label, i) => {
    values[(place.get(label) ?? 0) * n + i] = 1;
  });
  return { task: 'classify', values, outputs: classes.length, classes };
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

/** Root of the mean squared difference of predictions and labels. */
export function rootMeanSquareError(predictions: Float64Array, labels: Float64Array): number {
  const misses = predictions.map((v, i) => v - labels[i]);
  return norm(misses, 0, misses.length) / Math.sqrt(labels.length);
}
