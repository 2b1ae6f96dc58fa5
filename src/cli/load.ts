import type { Positions } from '../architecture/check-input.js';
import type { NdArray } from '../data/array.js';
import { asVectors } from '../data/image.js';
import { type Input, readInput } from '../data/input.js';
import { readLabels } from '../data/labels.js';
import { type Scaled, scale } from '../data/scale.js';
import { DataError } from '../errors.js';
import type { InputRecord } from '../report/record.js';
import { axesNotes } from './axes-notes.js';
import type { InputOptions } from './options/inputs.js';

/** Labels of X as the record names them. */
export interface LabelsRecord {
  /** File that they came from: X itself, or that of `--labels`. */
  readonly path: string;
  readonly count: number;
  /** Number of different values. */
  readonly distinct: number;
}

/** The data of a command, ready for the library. */
export interface LoadedInputs {
  /** Rows `[n, d]`, or images `[n, h, w, c]` or sequences `[n, w, c]` where they were asked for; scaled. */
  readonly x: NdArray;
  /** The same of Z, scaled as x; null: the kernel of x with itself. */
  readonly z: NdArray | null;
  readonly inputs: readonly InputRecord[];
  readonly labels: LabelsRecord | null;
  /** Labels of X and of Z, where there are any. */
  readonly labelValues: LabelValues;
  readonly warnings: readonly string[];
}

/** Labels, one a row; null where none were given. */
export interface LabelValues {
  readonly x: Float64Array | null;
  readonly z: Float64Array | null;
}

/** What bounds the reading. */
export interface LoadLimits {
  /** Bytes that all inputs together may take. */
  readonly memory: number;
  readonly signal: AbortSignal;
}

function zeroWarning(path: string, mode: string, { zeros }: Scaled): readonly string[] {
  if (zeros === 0) return [];
  const what = mode === 'unit-pixels' ? 'pixel' : 'row';
  return [`${path}: ${zeros} zero ${zeros === 1 ? what : `${what}s`} cannot be scaled to norm 1 and stay zero`];
}

async function readFile(path: string, options: InputOptions, isZ: boolean, limits: LoadLimits): Promise<Input> {
  const { image, layout, format, labelColumn } = options;
  const rows = isZ ? options.rowsZ : options.rows;
  return readInput(path, {
    ...(rows === null ? {} : { rows }),
    ...(image === null ? {} : { image }),
    ...(layout === null ? {} : { layout }),
    ...(format === null ? {} : { format }),
    ...(labelColumn === null ? {} : { labelColumn }),
    memoryLimit: limits.memory,
    signal: limits.signal,
  });
}

/** Labels of an input: those of a file of their own, else those inside it. */
interface Labels {
  readonly record: LabelsRecord;
  readonly values: Float64Array;
}

async function labelsOf(
  input: Input,
  path: string | null,
  rows: InputOptions['rows'],
  limits: LoadLimits,
): Promise<Labels | null> {
  const read = { ...(rows === null ? {} : { rows }), memoryLimit: limits.memory, signal: limits.signal };
  const labels = path === null ? input.labels : await readLabels(path, read);
  if (labels === null) return null;
  const [count] = labels.shape;
  if (count !== input.shape[0]) {
    throw new DataError(
      `${path}: labels must be one a row of ${input.path}, got ${count} for ${input.shape[0]} rows. Give the labels of these rows.`,
    );
  }
  const record = { path: path ?? input.path, count, distinct: new Set(labels.data).size };
  return { record, values: labels.data };
}

function checkFeatures(x: NdArray, z: NdArray, { path }: Input): void {
  const [ofX, ofZ] = [x, z].map(({ shape }) => shape.slice(1));
  if (ofX.join() === ofZ.join()) return;
  if (ofX.length > 1 || ofZ.length > 1) {
    throw new DataError(
      `${path}: images must have the shape of those of X, ${ofX.join('x')}, got ${ofZ.join('x')}. Give files of the same shape, or --image HxWxC.`,
    );
  }
  throw new DataError(
    `${path}: rows must be as long as those of X, ${x.shape[1]} values, got ${z.shape[1]}. Give files of the same columns; --label-column takes one out of both.`,
  );
}

/**
 * Reads X and Z and scales them; `standard` takes mean and deviation of X for both.
 *
 * Images are flattened where `positions` is `none`; what was assumed of their axes where it is `open` is a warning.
 */
export async function loadInputs(
  paths: readonly string[],
  options: InputOptions,
  limits: LoadLimits & { readonly positions: Positions },
): Promise<LoadedInputs> {
  const inForm = limits.positions === 'none' ? asVectors : (a: NdArray) => a;
  const [xPath, zPath] = paths;
  const x = await readFile(xPath, options, false, limits);
  const labels = await labelsOf(x, options.labels, options.rows, limits);
  const scaledX = scale(x, options.scale);
  const vectorsX = inForm(scaledX.x);
  const record = ({ path, shape, sha256 }: Input): InputRecord => ({ path, shape, sha256 });
  const warnings = [
    ...x.warnings,
    ...axesNotes(x, options, limits.positions),
    ...zeroWarning(xPath, options.scale, scaledX),
  ];
  const known = { labels: labels?.record ?? null, warnings };
  if (zPath === undefined) {
    return { x: vectorsX, z: null, inputs: [record(x)], labelValues: { x: labels?.values ?? null, z: null }, ...known };
  }
  const z = await readFile(zPath, options, true, limits);
  checkFeatures(vectorsX, inForm(z), z);
  const scaledZ = scale(z, options.scale, scaledX.statistics);
  warnings.push(...z.warnings, ...zeroWarning(zPath, options.scale, scaledZ));
  const labelsZ = await labelsOf(z, options.testLabels ?? null, options.rowsZ, limits);
  const labelValues = { x: labels?.values ?? null, z: labelsZ?.values ?? null };
  return { x: vectorsX, z: inForm(scaledZ.x), inputs: [record(x), record(z)], labelValues, ...known };
}
