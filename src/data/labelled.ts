import type { NdArray } from './array.js';
import type { RawInput } from './formats/format.js';

/** Labels: numbers, numbered classes, one-hot rows or several targets. */
export interface Labels extends NdArray<Float64Array> {
  /** One row after the other. */
  readonly data: Float64Array;
  /** `[n]`, or `[n, k]` of k columns. */
  readonly shape: readonly number[];
  /** Names of the classes that `data` numbers from 0, in this order; null where the file holds numbers. */
  readonly classes: readonly string[] | null;
  /** Names of the columns, where the file has any. */
  readonly names: readonly string[] | null;
}

/** The labels that a format found in a file; null without. */
export function labelsIn({ labels, labelWidth = 1, classes = null, labelNames = null }: RawInput): Labels | null {
  if (labels === null) return null;
  const shape = labelWidth === 1 ? [labels.length] : [labels.length / labelWidth, labelWidth];
  return { data: labels, shape, classes, names: labelNames };
}
