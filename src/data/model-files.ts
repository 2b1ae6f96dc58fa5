import { dirname, isAbsolute, join, normalize } from 'node:path';
import { DataError } from '../errors.js';
import { foreignModel } from './foreign-models.js';
import { complaint, quoted, reasonOf } from './message.js';
import { FileSource } from './source/file.js';

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

async function readWhole(
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly bytes: Buffer; readonly file: ReadFile }> {
  const source = await FileSource.open(path, { signal });
  try {
    const bytes = await source.at(0, source.size);
    return { bytes, file: { path, sha256: await source.sha256() } };
  } finally {
    await source.close();
  }
}

function parsed(path: string, bytes: Buffer): Json {
  const foreign = foreignModel(bytes);
  if (foreign !== null) throw new DataError(complaint(path, RULE, foreign.got, foreign.remedy));
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new DataError(complaint(path, RULE, reasonOf(error), SAVE), {
      cause: error,
    });
  }
  if (isObject(json)) return json;
  throw new DataError(complaint(path, 'must hold a saved model', quoted(JSON.stringify(json)), SAVE));
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
  const keys = Object.keys(json).slice(0, 5).join(', ') || 'nothing';
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
  throw new DataError(complaint(path, rule, quoted(JSON.stringify(weightsManifest) ?? 'nothing'), SAVE));
}

/** The path of a file that a manifest names: in the folder of the model, so that a model of others reads nothing else. */
function besides(path: string, name: string): string {
  const inside = normalize(name);
  if (!isAbsolute(name) && !/^\.\.?([/\\]|$)/.test(inside) && !name.includes('\0')) return join(dirname(path), inside);
  const rule = 'weightsManifest must name files in the folder of the model';
  throw new DataError(complaint(path, rule, quoted(name), 'Put them there.'));
}

const lengthOf = ({ shape, dtype, quantization }: WeightEntry): number =>
  shape.reduce((product, size) => product * size, 1) * (bytesOf(quantization ?? { dtype }) ?? 0);

/**
 * Reads the files of a LayersModel that TensorFlow.js has saved: `model.json`, and beside it the files that its manifest names.
 *
 * @throws DataError when a file is missing or in another folder, is no such model, or the weights have another length than the manifest says
 */
export async function readModelFiles(path: string, signal?: AbortSignal): Promise<ModelFiles> {
  const head = await readWhole(path, signal);
  const json = parsed(path, head.bytes);
  const topology = topologyOf(path, json);
  const groups = groupsOf(path, json);
  const files = [head.file];
  const parts: Buffer[] = [];
  for (const { paths, weights } of groups) {
    const shards: Buffer[] = [];
    const places = paths.map((name) => besides(path, name));
    for (const place of places) {
      const { bytes, file } = await readWhole(place, signal);
      shards.push(bytes);
      files.push(file);
    }
    const wanted = weights.reduce((sum, entry) => sum + lengthOf(entry), 0);
    const got = shards.reduce((sum, { length }) => sum + length, 0);
    if (got !== wanted) {
      const rule = `must hold the ${wanted} bytes of the ${weights.length} arrays that ${path} lists`;
      throw new DataError(
        complaint(places.join(', ') || path, rule, `${got} bytes`, 'Copy the files of the model again.'),
      );
    }
    parts.push(...shards);
  }
  const data = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { topology, entries: groups.flatMap(({ weights }) => weights), data: data.buffer, files };
}
