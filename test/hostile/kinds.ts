/** Every kind of file that the engine reads: good ones, and how each is read. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { firstImageLayer } from '../../src/architecture/check-input.js';
import {
  eigenpairs,
  functionKernel,
  kernelMatrix,
  parseArchitecture,
  readArchitecture,
  readInput,
  readLabels,
  readModel,
  storedOperator,
  writeNpz,
} from '../../src/index.js';
import { finiteNetwork } from '../../src/network/network.js';
import { loadWeights } from '../../src/network/weight-files.js';
import { drawFigure } from '../../src/report/figures/index.js';
import { csvText } from '../../src/report/formats/csv.js';
import { figureHtml } from '../../src/report/pages/html.js';
import { readRecord } from '../../src/report/read-record.js';
import { elements, idxFile, npyDictionary, npyFile, npyOf, zipFile } from '../data/bytes.js';
import type { Chance } from '../fuzz/chance.js';
import { ROOT } from '../house/sources.js';
import { mutated, mutatedJson } from './mutate.js';
import { RECORDS } from './records.js';

/** Bytes that an input may take. */
export const MEMORY_LIMIT = 64 * 2 ** 20;

/** A kind of file. */
export interface Kind {
  readonly name: string;
  /** Writes a file of this kind, as `change` leaves it, and what belongs beside it, into a folder; the path to read. */
  readonly write: (folder: string, chance: Chance, change: Changes) => string;
  /** Reads it as the engine does. */
  readonly read: (path: string) => Promise<unknown>;
}

type Bytes = Uint8Array;

/** What is done to a file. */
export interface Changes {
  readonly bytes: (bytes: Bytes, chance: Chance) => Bytes;
  readonly json: (json: unknown, chance: Chance) => unknown;
}

/** Files as they are. */
export const NOTHING: Changes = { bytes: (bytes) => bytes, json: (json) => json };

/** Files changed at random. */
export const ANYTHING: Changes = { bytes: mutated, json: mutatedJson };

function put(folder: string, name: string, bytes: Bytes | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const input = (path: string): Promise<unknown> => readInput(path, { memoryLimit: MEMORY_LIMIT });

/** Data of some formats, one file each, changed at random. */
function plain(name: string, file: string, seeds: readonly Bytes[], read: Kind['read'] = input): Kind {
  return { name, read, write: (folder, chance, { bytes }) => put(folder, file, bytes(chance.of(seeds), chance)) };
}

/** A packed file: changed inside before it is packed, or outside. */
function packed(name: string, file: string, seeds: readonly Bytes[], pack: (inner: Bytes) => Bytes): Kind {
  return {
    name,
    read: input,
    write: (folder, chance, { bytes }) => {
      const seed = chance.of(seeds);
      return put(folder, file, chance.holds(0.5) ? pack(bytes(seed, chance)) : bytes(pack(seed), chance));
    },
  };
}

const values = Array.from({ length: 60 }, (_, k) => (k % 11) - 5 + k / 64);
const NPY = [
  npyOf([10, 6], values),
  npyFile(npyDictionary('>i2', [5, 4, 3], true), elements('i2', values.map(Math.round), false)),
  npyFile(npyDictionary('<f4', [60]), elements('f4', values), 2),
  npyFile(
    npyDictionary('|u1', [2, 3, 5, 2]),
    Uint8Array.from({ length: 60 }, (_, k) => k),
    3,
  ),
];
const LIBSVM = [
  Buffer.from('1 1:0.5 3:-2\n-1 2:1e-3 # a remark\n1 1:7 2:8 3:9\n'),
  Buffer.from('0 0:1\n2.5 0:-1 4:3\n'),
];
const CSV = [
  'a,b,"c, d"\n1,2.5,-3e2\n4,5,6\n7,8,9\n',
  '1;2;3\n4;5;6\n',
  '\ufeff0.1\t0.2\r\n0.3\t0.4\r\n',
  '# x y\n1 2\n 3  4\n',
  `${values.join(',')}\n${values.join(',')}\n`,
].map((text) => Buffer.from(text));
const IDX = [
  idxFile(
    8,
    [5, 4, 3],
    Uint8Array.from({ length: 60 }, (_, k) => k),
  ),
  idxFile(13, [10, 2], elements('f4', values.slice(0, 20), false)),
  idxFile(8, [7], Uint8Array.from([0, 1, 2, 3, 4, 5, 6])),
];
const CIFAR = [Uint8Array.from({ length: 2 * 3073 }, (_, k) => (k % 3073 === 0 ? 3 : k % 256))];
const CIFAR_100 = [Uint8Array.from({ length: 2 * 3074 }, (_, k) => (k % 3074 < 2 ? 3 : k % 256))];
const square = Array.from({ length: 36 }, (_, k) =>
  k % 7 === 0 ? 4 : 1 / (1 + Math.abs(Math.floor(k / 6) - (k % 6))),
);
const KERNELS = [npyOf([6, 6], square), npyFile(npyDictionary('>f4', [6, 6], true), elements('f4', square, false))];

/** JSON files: changed in what they hold, or as bytes. */
function changedJson(json: unknown, chance: Chance, change: Changes): Bytes {
  const text = Buffer.from(JSON.stringify(json, null, chance.of([0, 2])));
  return chance.holds(0.7) ? Buffer.from(JSON.stringify(change.json(json, chance))) : change.bytes(text, chance);
}

const dense = { kind: 'dense', weightStd: 1.4, biasStd: 0.1 };
const ARCHITECTURES = [
  { format: 'ntk-architecture/1', name: 'a network', layers: [dense, { kind: 'relu' }, dense] },
  {
    format: 'ntk-architecture/1',
    name: 'images',
    layers: [
      { kind: 'conv', filter: [3, 3], padding: 'same' },
      { kind: 'residual', alpha: 0.5, branch: [{ kind: 'relu' }, { kind: 'conv', filter: [3, 3], padding: 'same' }] },
      { kind: 'erf' },
      { kind: 'globalAvgPool' },
      { kind: 'dense', train: false },
    ],
  },
];

const NETWORK = finiteNetwork(parseArchitecture(ARCHITECTURES[0]), [1, 5], { width: 4, outputs: 2 });

/** The kernel of two small inputs: what a file asks for must be computed, or refused before it is. */
async function smallKernel(path: string): Promise<unknown> {
  const architecture = readArchitecture(path);
  const shape = firstImageLayer(architecture.layers) === null ? [2, 4] : [2, 2, 2, 1];
  const data = Float64Array.from({ length: 8 }, (_, k) => 1 + k / 8);
  return kernelMatrix({ data, shape }, { architecture, kind: 'nngp', backend: 'reference', memory: 2 ** 30 });
}

const draw = async (path: string): Promise<unknown> => {
  const figure = await drawFigure([await readRecord(path)], { view: undefined });
  return [figureHtml(figure, 'footer'), csvText(figure.data)];
};

const MODEL = join(ROOT, 'data/digits');
const models = {
  json: JSON.parse(readFileSync(join(MODEL, 'model.json'), 'utf8')) as unknown,
  bytes: readFileSync(join(MODEL, 'model.weights.bin')),
};

async function kernelOfModel(path: string): Promise<unknown> {
  const model = await readModel(path, { backend: 'tfjs', memory: 2 ** 30 });
  const sizes = model.inputShape.map((size) => size ?? 2);
  if (model.variables.length === 0) return null;
  const x = model.tf.ones([2, ...sizes]);
  try {
    return await functionKernel(model.f, model.variables, x, { memory: 2 ** 30 });
  } finally {
    x.dispose();
    model.dispose();
  }
}

const eigen = async (path: string): Promise<unknown> => {
  const operator = await storedOperator(path);
  try {
    return await eigenpairs(operator, { k: 2 });
  } finally {
    await operator.close();
  }
};

/** Weights of the network above. */
async function weightSeed(folder: string): Promise<Bytes> {
  const path = join(folder, 'seed.npz');
  const array = (shape: readonly number[]) => ({
    data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => k / 8),
    shape,
  });
  await writeNpz(path, {
    'layers[0].W': array([4, 5]),
    'layers[0].B': array([4]),
    'layers[2].W': array([2, 4]),
    'layers[2].B': array([2]),
  });
  return readFileSync(path);
}

/** All kinds; `folder` is for what seeds are made of. */
export async function kinds(folder: string): Promise<readonly Kind[]> {
  mkdirSync(folder, { recursive: true });
  const weights = await weightSeed(folder);
  return [
    plain('npy', 'x.npy', NPY),
    packed('npz stored', 'x.npz', NPY, (content) => zipFile([{ name: 'x.npy', content }])),
    packed('npz deflated', 'x.npz', NPY, (content) =>
      zipFile([{ name: 'x.npy', content, deflate: true, zip64: true }]),
    ),
    packed('npy.gz', 'x.npy.gz', NPY, (content) => gzipSync(content)),
    plain('csv', 'x.csv', CSV),
    packed('csv.gz', 'x.csv.gz', CSV, (content) => gzipSync(content)),
    plain('libsvm', 'x.libsvm', LIBSVM),
    plain('IDX', 'x-idx3-ubyte', IDX),
    packed('IDX.gz', 'x-idx3-ubyte.gz', IDX, (content) => gzipSync(content)),
    plain('CIFAR-10', 'x.bin', CIFAR),
    plain('CIFAR-100', 'train.bin', CIFAR_100),
    packed('CIFAR.gz', 'x.bin.gz', CIFAR, (content) => gzipSync(content)),
    plain('labels', 'labels.csv', [Buffer.from('label\n1\n2\n3\n'), IDX[2], npyOf([4], [0, 1, 1, 0])], (path) =>
      readLabels(path, { memoryLimit: MEMORY_LIMIT }),
    ),
    plain('stored kernel', 'K.npy', KERNELS, eigen),
    plain('weights', 'W.npz', [weights], (path) => loadWeights(path, NETWORK)),
    {
      name: 'architecture',
      read: smallKernel,
      write: (at, chance, change) => put(at, 'a.json', changedJson(chance.of(ARCHITECTURES), chance, change)),
    },
    {
      name: 'record',
      read: draw,
      write: (at, chance, change) => {
        put(at, 'K.npy', KERNELS[0]);
        return put(at, 'K.json', changedJson(chance.of(RECORDS), chance, change));
      },
    },
    {
      name: 'model',
      read: kernelOfModel,
      write: (at, chance, change) => {
        const changesWeights = chance.holds(0.2);
        put(at, 'model.weights.bin', changesWeights ? change.bytes(models.bytes, chance) : models.bytes);
        return put(
          at,
          'model.json',
          changesWeights ? JSON.stringify(models.json) : changedJson(models.json, chance, change),
        );
      },
    },
  ];
}
