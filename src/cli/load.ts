import type { Positions } from '../architecture/check-input.js';
import type { NdArray } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import { asVectors, valuesOf } from '../data/image.js';
import { type Input, type Labels, type ReadOptions, readInput, type SparseShape } from '../data/index.js';
import { labelsTwice, withMirrored } from '../data/mirror.js';
import type { Scaled } from '../data/scale.js';
import { isPipe, isStdin } from '../data/source/place.js';
import { DataError, MemoryError, UsageError } from '../errors.js';
import { residentBytes } from '../platform/memory.js';
import type { InputRecord, LabelsRecord } from '../report/records/common.js';
import { axesNotes } from './axes-notes.js';
import { checkColumnNames } from './column-names.js';
import { checkSameKind, type LoadedLabels, labelsOf } from './load-labels.js';
import type { InputOptions } from './options/inputs.js';
import { scaler } from './scale-inputs.js';

/** The data of a command, ready for the library. */
export interface LoadedInputs {
  /** Rows `[n, d]`, or images `[n, h, w, c]` or sequences `[n, w, c]` where they were asked for; scaled. */
  readonly x: NdArray;
  /** The same of Z, scaled as x; null: the kernel of x with itself. */
  readonly z: NdArray | null;
  readonly inputs: readonly InputRecord[];
  /** Bytes that the process was expected to need to whiten them; 0 without. */
  readonly memoryBytes: number;
  readonly labels: LabelsRecord | null;
  /** Labels of X and of Z, where there are any. */
  readonly labelValues: LabelValues;
  readonly warnings: readonly string[];
}

/** Labels, one a row; null where none were given. */
export interface LabelValues {
  readonly x: Labels | null;
  readonly z: Labels | null;
}

/** What bounds the reading. */
export interface LoadLimits {
  /** Bytes that all inputs together may take. */
  readonly memory: number;
  readonly signal: AbortSignal;
}

/** What is read besides what the flags say. */
export interface LoadRules extends LoadLimits {
  /** What the network reads of positions: without any, images are flattened. */
  readonly positions: Positions;
  /** Whether labels of Z must be classes of X. [false] */
  readonly sameClasses?: boolean;
  /** Whether each image of X gets its mirrored copy behind it, before anything is scaled. [false] */
  readonly flip?: boolean;
  /** `--native`: which library whitens. [auto] */
  readonly native?: string;
  /** Told the size of the kernel, as soon as the files say it, before they are read. [nobody] */
  readonly onExtent?: (rows: number, columns: number, features: number) => void;
}

function zeroWarning(path: string, mode: string, { zeros }: Scaled): readonly string[] {
  if (zeros === 0) return [];
  const what = mode === 'unit-pixels' ? 'pixel' : 'row';
  return [`${path}: ${zeros} zero ${zeros === 1 ? what : `${what}s`} cannot be scaled to norm 1 and stay zero`];
}

/** What a pipe may take: the whole of it is kept beside what the process has already. */
function memoryFor(path: string, { memory }: LoadLimits): number {
  return isStdin(path) || isPipe(path) ? Math.max(0, memory - residentBytes()) : memory;
}

type Read = (more: ReadOptions) => Promise<Input>;

/** Reads a file as the flags say, and as `more` does. */
function reader(path: string, { image, layout, format, columns, table }: InputOptions, limits: LoadLimits): Read {
  const options = {
    ...columns,
    ...table,
    ...(image === null ? {} : { image }),
    ...(layout === null ? {} : { layout }),
    ...(format === null ? {} : { format }),
  };
  return (more) =>
    readInput(path, { ...options, memoryLimit: memoryFor(path, limits), signal: limits.signal, ...more });
}

/**
 * Z, read with the range of X where it has none of its own: the message of one that does not fit names the flag for it.
 */
async function readZ(path: string, { rows, rowsZ }: InputOptions, read: Read, more: ReadOptions): Promise<Input> {
  try {
    return await read(more);
  } catch (error) {
    if (!(error instanceof UsageError) || rowsZ === null || rowsZ !== rows) throw error;
    const [, rule] = /: (rows must lie within .*)\. The file has/.exec(error.message) ?? [];
    if (rule === undefined) throw error;
    const message = `${path}: ${rule}, which --rows gives to Z as well. Give --rows-z for the rows of Z.`;
    throw new UsageError(message, { cause: error });
  }
}

/** The features of two sparse tables together. */
function union(a: SparseShape, b: SparseShape): SparseShape {
  const base = a.base === 0 || b.base === 0 ? 0 : 1;
  return { base, features: Math.max(a.features + a.base, b.features + b.base) - base };
}

/** Both inputs, and their labels. */
interface Pair {
  readonly x: Input;
  readonly z: Input | null;
  readonly labels: LoadedLabels | null;
  readonly labelsZ: LoadedLabels | null;
}

/** Reads X, its labels, Z as it belongs to them, and the labels of Z. */
async function readPair(paths: readonly string[], options: InputOptions, rules: LoadRules): Promise<Pair> {
  const [readX, read] = paths.map((path) => reader(path, options, rules));
  const { rows, rowsZ } = options;
  const rangeX = rows === null ? {} : { rows };
  const { onExtent } = rules;
  const ofX =
    onExtent === undefined || read !== undefined ? {} : { onSize: (n: number, d: number) => onExtent(n, n, d) };
  const x = await readX({ ...rangeX, ...ofX });
  const labels = await labelsOf(x, options.labels, rows, null, options, rules);
  if (read === undefined) return { x, z: null, labels, labelsZ: null };
  const classes = rules.sameClasses === true ? (labels?.labels.classes ?? null) : null;
  const more = {
    ...(rowsZ === null ? {} : { rows: rowsZ }),
    features: valuesOf(x.shape.slice(1)),
    // A label column of Z does not count where its labels come from another file.
    ...(classes === null || options.testLabels !== undefined ? {} : { classes }),
    ...(onExtent === undefined ? {} : { onSize: (m: number, d: number) => onExtent(x.shape[0], m, d) }),
  };
  const z = await readZ(paths[1], options, read, more);
  const labelsZ = await labelsOf(z, options.testLabels ?? null, rowsZ, classes, options, rules);
  if (rules.sameClasses === true)
    checkSameKind(labels?.labels ?? null, labelsZ?.labels ?? null, labelsZ?.record.path ?? '');
  if (x.sparse === null || z.sparse === null) return { x, z, labels, labelsZ };
  // Each of two sparse files may lack features that the other has.
  const sparse = union(x.sparse, z.sparse);
  const isOwn = (shape: SparseShape): boolean => shape.base === sparse.base && shape.features === sparse.features;
  return {
    x: isOwn(x.sparse) ? x : await readX({ ...rangeX, sparse }),
    z: isOwn(z.sparse) ? z : await read({ ...more, sparse }),
    labels,
    labelsZ,
  };
}

function checkFeatures(x: NdArray, z: NdArray, { path }: Input): void {
  const [ofX, ofZ] = [x, z].map(({ shape }) => shape.slice(1));
  if (ofX.join() === ofZ.join()) return;
  if (ofX.length > 1 || ofZ.length > 1) {
    throw new DataError(
      `${path}: images must have the shape of those of X, ${ofX.join('x')}, got ${ofZ.join('x')}. Give files of ` +
        'the same shape, or --image HxWxC.',
    );
  }
  throw new DataError(
    `${path}: rows must be as long as those of X, ${x.shape[1]} values, got ${z.shape[1]}. Give files of the same ` +
      'columns; --label-column takes one out of both.',
  );
}

/** X with a mirrored copy behind each image. @throws MemoryError where the copies do not fit */
function copied(x: Input, { memory }: LoadLimits): NdArray {
  const bytes = residentBytes() + 2 * x.data.byteLength;
  if (bytes <= memory) return withMirrored(x);
  throw new MemoryError(
    `--memory: mirrored copies need about ${readableBytes(bytes)}, got a promise of ${readableBytes(memory)}. Raise ` +
      '--memory, choose fewer --rows, or leave --flip out.',
  );
}

/**
 * Reads X and Z and scales them; `standard` and `zca` take their statistics of X, mirrored copies included, for both.
 *
 * Images are flattened where `positions` is `none`; what was assumed of their axes where it is `open` is a warning.
 */
export async function loadInputs(
  paths: readonly string[],
  options: InputOptions,
  rules: LoadRules,
): Promise<LoadedInputs> {
  const inForm = rules.positions === 'none' ? asVectors : (a: NdArray) => a;
  const { x, z, labels, labelsZ } = await readPair(paths, options, rules);
  const scaling = await scaler(rules.flip === true ? copied(x, rules) : x, options.scale, rules);
  const scaledX = scaling.x;
  const vectorsX = inForm(scaledX.x);
  const record = ({ path, shape, sha256 }: Input): InputRecord => ({ path, shape, sha256 });
  const warnings = [
    ...x.warnings,
    ...axesNotes(x, options, rules.positions),
    ...zeroWarning(x.path, options.scale, scaledX),
    ...(labels?.warnings ?? []),
  ];
  const { memoryBytes } = scaling;
  const known = { x: vectorsX, memoryBytes, labels: labels?.record ?? null };
  const ofX = labels?.labels ?? null;
  const labelValues = { x: ofX !== null && rules.flip === true ? labelsTwice(ofX) : ofX, z: labelsZ?.labels ?? null };
  if (z === null) return { ...known, z, inputs: [record(x)], labelValues, warnings: [...new Set(warnings)] };
  checkFeatures(vectorsX, inForm(z), z);
  const otherNames = checkColumnNames(x, z);
  const scaledZ = scaling.z(z);
  warnings.push(
    ...z.warnings,
    ...(otherNames === null ? [] : [otherNames]),
    ...zeroWarning(z.path, options.scale, scaledZ),
    ...(labelsZ?.warnings ?? []),
  );
  const inputs = [record(x), record(z)];
  return { ...known, z: inForm(scaledZ.x), inputs, labelValues, warnings: [...new Set(warnings)] };
}
