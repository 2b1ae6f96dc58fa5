import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { DataError, MemoryError } from '../errors.js';
import { complaint, quoted } from '../message.js';
import { readableBytes } from './budget.js';
import { foreignModel } from './foreign-models.js';
import { checkSize, type JsonKind, parseJson } from './json.js';
import { FileSource } from './source/file.js';
import { unreadable } from './source/place.js';

/** A file that was read, as a record names it. */
export interface ReadFile {
  /** As it was opened. */
  readonly path: string;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string;
}

/** One array of a saved model, as its manifest describes it; what else stands there (names of groups) is kept. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** Number format: `float32`, `int32`, `bool`, ... */
  readonly dtype: string;
  /** How its numbers are stored where that is not their own format. */
  readonly quantization?: { readonly dtype: string };
}

/** A model that TensorFlow.js has saved: its layers, and its weights as one run of bytes. */
export interface ModelFiles {
  /** Layers, as they stand in the file. */
  readonly topology: Readonly<Record<string, unknown>>;
  /** Arrays in the order of `data`. */
  readonly entries: readonly WeightEntry[];
  readonly data: ArrayBuffer;
  /** `model.json`, then the files of weights. */
  readonly files: readonly ReadFile[];
}

type Json = Readonly<Record<string, unknown>>;

/** Bytes of a number. */
const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };

const RULE = 'must be the JSON file of a saved model';
const SAVE = "Save it with TensorFlow.js: await model.save('file://folder').";

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON file of a saved model: its layers, some kilobytes each. */
const MODEL_FILE: JsonKind = {
  what: 'the JSON file of a saved model',
  most: 2 ** 26,
  remedy: SAVE,
  // TensorFlow.js takes an object that has one for a list, of whatever length it says.
  forbidden: ['length'],
};

/** What bounds the reading of a model. */
export interface ModelFileOptions {
  /** Bytes that its weights may take. [no limit] */
  readonly memoryLimit?: number;
  /** Aborts the reading with an InterruptedError. */
  readonly signal?: AbortSignal | undefined;
}

function topologyOf(path: string, json: Json): Json {
  const { modelTopology, format } = json;
  if (format === 'graph-model' || (isObject(modelTopology) && 'node' in modelTopology)) {
    const rule = 'must be a LayersModel, whose variables are known';
    throw new DataError(
      complaint(path, rule, 'a GraphModel', 'Convert the Keras model with --output_format=tfjs_layers_model.'),
    );
  }
  if (isObject(modelTopology)) return modelTopology;
  const keys = Object.keys(json).slice(0, 5).map(quoted).join(', ') || 'nothing';
  throw new DataError(
    complaint(path, 'must be a LayersModel, with the fields modelTopology and weightsManifest', keys, SAVE),
  );
}

/** A group of the manifest: arrays, and the files in which their bytes follow one another. */
interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly WeightEntry[];
}

const isEntry = (value: unknown): value is WeightEntry =>
  isObject(value) &&
  typeof value.name === 'string' &&
  Array.isArray(value.shape) &&
  value.shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
  Number.isSafeInteger(8 * value.shape.reduce((product, size) => product * size, 1)) &&
  typeof value.dtype === 'string' &&
  bytesOf({ dtype: value.dtype, ...(isObject(value.quantization) ? value.quantization : {}) }) !== undefined;

const bytesOf = ({ dtype }: { readonly dtype: unknown }): number | undefined => BYTES[String(dtype)];

const isGroup = (value: unknown): value is Group =>
  isObject(value) &&
  Array.isArray(value.paths) &&
  value.paths.every((path) => typeof path === 'string') &&
  Array.isArray(value.weights) &&
  value.weights.every(isEntry);

function groupsOf(path: string, { weightsManifest }: Json): readonly Group[] {
  if (Array.isArray(weightsManifest) && weightsManifest.length > 0 && weightsManifest.every(isGroup)) {
    return weightsManifest;
  }
  const rule = 'weightsManifest must list files with the name, shape and dtype of each array';
  throw new DataError(complaint(path, rule, shown(weightsManifest), SAVE));
}

/**
 * The path of a file that a manifest names: in the folder of the model, so that a model of others reads nothing else.
 */
async function besides(path: string, name: string): Promise<string> {
  const inside = normalize(name);
  const rule = 'weightsManifest must name files in the folder of the model';
  if (isAbsolute(name) || /^\.\.?([/\\]|$)/.test(inside) || name.includes('\0')) {
    throw new DataError(complaint(path, rule, quoted(name), 'Put them there.'));
  }
  const place = join(dirname(path), inside);
  const [folder, real] = await Promise.all([realpathOf(dirname(path)), realpathOf(place)]);
  if (real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return place;
  throw new DataError(complaint(path, rule, `${quoted(name)}, a link that leads out of it`, 'Copy the file there.'));
}

async function realpathOf(path: string): Promise<string> {
  return realpath(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

const countOf = ({ shape }: WeightEntry): number => shape.reduce((product, size) => product * size, 1);

const lengthOf = (entry: WeightEntry): number =>
  countOf(entry) * (bytesOf(entry.quantization ?? { dtype: entry.dtype }) ?? 0);

/** Opens the files of a group and compares their length with that of its arrays, before anything of them is read. */
async function openGroup(path: string, { paths, weights }: Group, signal?: AbortSignal): Promise<FileSource[]> {
  const places: string[] = [];
  for (const name of paths) places.push(await besides(path, name));
  const files: FileSource[] = [];
  try {
    for (const place of places) files.push(await FileSource.open(place, { signal, regular: true }));
    const wanted = weights.reduce((sum, entry) => sum + lengthOf(entry), 0);
    const got = files.reduce((sum, { size }) => sum + size, 0);
    if (got === wanted) return files;
    const rule = `must hold the ${wanted} bytes of the ${weights.length} arrays that ${path} lists`;
    const where = places.join(', ') || path;
    throw new DataError(complaint(where, rule, `${got} bytes`, 'Copy the files of the model again.'));
  } catch (error) {
    await closeAll(files);
    throw error;
  }
}

async function closeAll(files: readonly FileSource[]): Promise<void> {
  for (const file of files) await file.close();
}

/** Bytes of all files, one after the other, and what they were. */
async function readAll(
  files: readonly FileSource[],
): Promise<{ readonly data: ArrayBuffer; readonly read: readonly ReadFile[] }> {
  const data = new Uint8Array(files.reduce((sum, { size }) => sum + size, 0));
  const read: ReadFile[] = [];
  let at = 0;
  for (const file of files) {
    await file.fill(data.subarray(at, at + file.size), 0);
    read.push({ path: file.where, sha256: await file.sha256() });
    at += file.size;
  }
  return { data: data.buffer, read };
}

/**
 * Reads the files of a LayersModel that TensorFlow.js has saved: `model.json`, and beside it the files that its
 * manifest names.
 *
 * @throws DataError when a file is missing or in another folder, is no such model, or the weights have another length
 * than the manifest says
 * @throws MemoryError when the weights take more than `memoryLimit`
 */
export async function readModelFiles(path: string, options: ModelFileOptions = {}): Promise<ModelFiles> {
  const { memoryLimit = Number.POSITIVE_INFINITY, signal } = options;
  const { json, sha256 } = await readHead(path, signal);
  const topology = topologyOf(path, json);
  const groups = groupsOf(path, json);
  const files: FileSource[] = [];
  try {
    for (const group of groups) files.push(...(await openGroup(path, group, signal)));
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (bytes > memoryLimit) {
      const need = `the weights need ${readableBytes(bytes)} of memory`;
      const remedy = 'Raise the memory limit (--memory).';
      throw new MemoryError(complaint(path, need, `a limit of ${readableBytes(memoryLimit)}`, remedy));
    }
    const { data, read } = await readAll(files);
    const entries = groups.flatMap(({ weights }) => weights);
    return { topology, entries, data, files: [{ path, sha256 }, ...read] };
  } finally {
    await closeAll(files);
  }
}

/** Bytes at the head and at the end by which files of other programs are known. */
const ENDS = 2 ** 16;

/** The JSON of a model; files of other programs are named before. */
async function readHead(path: string, signal?: AbortSignal): Promise<{ readonly json: Json; readonly sha256: string }> {
  const source = await FileSource.open(path, { signal, regular: true });
  try {
    const part = Math.min(ENDS, source.size);
    const ends = [await source.at(0, part), await source.at(source.size - part, part)];
    const foreign = foreignModel(Buffer.concat(ends));
    if (foreign !== null) throw new DataError(complaint(path, RULE, foreign.got, foreign.remedy));
    checkSize(source.size, path, MODEL_FILE);
    const json = parseJson(await source.at(0, source.size), path, MODEL_FILE);
    if (!isObject(json)) throw new DataError(complaint(path, 'must hold a saved model', shown(json), SAVE));
    return { json, sha256: await source.sha256() };
  } finally {
    await source.close();
  }
}

/** A value of JSON as a message shows it; long ones are not made text at all. */
function shown(json: unknown): string {
  if (Array.isArray(json)) return `a list of ${json.length}`;
  if (isObject(json)) return `an object with ${Object.keys(json).slice(0, 5).map(quoted).join(', ') || 'nothing'}`;
  return json === undefined ? 'nothing' : quoted(String(json));
}
