import { extname } from 'node:path';
import type { NdArray } from '../../data/array.js';
import type { Labels } from '../../data/index.js';
import { writeNpy } from '../../data/write/npy.js';
import { largestOutputs, type Targets, testLabelsOf } from '../../regression/targets.js';
import { writeWhole } from '../../report/file.js';
import { csvText, matrixCsv } from '../../report/formats/csv.js';

/** Writes a matrix as its file is called: `.npy`, else csv; without `force` a file of that name stays. */
export async function writeArray(path: string, matrix: NdArray, force: boolean): Promise<void> {
  if (isNpy(path)) await writeNpy(path, matrix, force);
  else await writeWhole(path, [...matrixCsv(matrix, 'f64')].join(''), force);
}

function isNpy(path: string): boolean {
  return extname(path).toLowerCase() === '.npy';
}

/** The classes as a record names them: their names, else the numbers that labels have; null for numbers. */
export function classNames({ names, classes }: Targets): readonly (string | number)[] | null {
  return classes && (names ?? [...classes]);
}

/** The name of the class of each row of predictions `[m, outputs]`; null where classes have none. */
export function predictedNames(predictions: Float64Array, { names, classes }: Targets): readonly string[] | null {
  if (classes === null || names === null) return null;
  const outputs = Float64Array.from(classes, (_, output) => output);
  return Array.from(largestOutputs(predictions, outputs), (output) => names[output]);
}

/**
 * Writes predictions `[m, outputs]`: the outputs, or into a csv the names of the classes where these have any, a line a
 * row.
 */
export async function writePredictions(
  path: string,
  predictions: Float64Array,
  targets: Targets,
  force: boolean,
): Promise<void> {
  const names = isNpy(path) ? null : predictedNames(predictions, targets);
  if (names !== null) await writeWhole(path, csvText(names.map((name) => [name])), force);
  else {
    const shape = [predictions.length / targets.outputs, targets.outputs];
    await writeArray(path, { data: predictions, shape }, force);
  }
}

/** Warns about classes that only test rows have: none of them can be predicted. */
export function unknownClasses(targets: Targets, test: Labels | null): readonly string[] {
  const { classes } = targets;
  if (classes === null || test === null) return [];
  const unknown = [...new Set(testLabelsOf(test, targets))].filter((label) => !classes.includes(label));
  if (unknown.length === 0) return [];
  const shown = `${unknown.slice(0, 10).join(', ')}${unknown.length > 10 ? ', ...' : ''}`;
  return [`labels of TEST: ${shown} are no classes of TRAIN, so that their rows count as wrong`];
}
