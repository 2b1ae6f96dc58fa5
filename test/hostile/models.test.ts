import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, MemoryError } from '../../src/errors.js';
import { readModel } from '../../src/index.js';
import { bench, refused as refusedByCommand } from '../cli/ntk.js';
import { npyOf, refused } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';

const at = bench();
const layer = (class_name: string, config: object): object => ({ class_name, config });
const INPUT = { batch_input_shape: [null, 4] };

type Shapes = Readonly<Record<string, readonly number[]>>;

/** A model of these layers, its weights in `paths` or in a file beside it; the path of its JSON. */
function model(
  name: string,
  layers: readonly object[],
  shapes: Shapes,
  paths = [`${name}.bin`],
  more: object = {},
): string {
  const weights = Object.entries(shapes).map(([key, shape]) => ({ name: key, shape, dtype: 'float32', ...more }));
  const count = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (count < 1e6) writeFileSync(at.path(`${name}.bin`), new Uint8Array(new Float32Array(count).fill(0.1).buffer));
  const modelTopology = { class_name: 'Sequential', config: { name, layers } };
  at.write(
    `${name}.json`,
    JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: [{ paths, weights }] }),
  );
  return at.path(`${name}.json`);
}

const DENSE = [layer('Dense', { name: 'a', units: 3, ...INPUT })];
const OWN = { 'a/kernel': [4, 3], 'a/bias': [3] };

test('an object that says it is a long list is refused before anything walks along it', async () => {
  const drop = layer('Dropout', { name: 'b', rate: 0.1, noise_shape: { length: 1_000_000_000 } });
  const before = process.memoryUsage.rss();
  await expect(readModel(model('list', [...DENSE, drop], OWN))).rejects.toThrow(
    'list.json: keys must be names, got "length". Leave it out.',
  );
  expect(process.memoryUsage.rss() - before).toBeLessThan(500 * 2 ** 20);
});

describe('a model asks for what its weights do not have', () => {
  test.each<[string, readonly object[], Shapes]>([
    ['units', [layer('Dense', { name: 'a', units: 2_000_000, ...INPUT })], { 'a/kernel': [4, 600] }],
    [
      'products of units',
      [layer('Dense', { name: 'a', units: 20_000, ...INPUT }), layer('Dense', { name: 'b', units: 20_000 })],
      { 'a/kernel': [4, 20_000], 'a/bias': [20_000] },
    ],
    ['an embedding', [layer('Embedding', { name: 'a', input_dim: 1e9, output_dim: 100, ...INPUT })], OWN],
    ['an input', [layer('Dense', { name: 'a', units: 3, batch_input_shape: [null, 1e9] })], OWN],
    [
      'a recurrent cell',
      [layer('Reshape', { name: 'r', target_shape: [2, 2], ...INPUT }), layer('LSTM', { name: 'b', units: 30_000 })],
      OWN,
    ],
  ])('%s', async (_name, layers, shapes) => {
    const before = process.memoryUsage().rss;
    await refused(
      () => readModel(model('asks', layers, shapes), { backend: 'tfjs' }),
      DataError,
      'numbers of weightsManifest',
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });

  test('and one that has them is built afterwards', async () => {
    const whole = await readModel(model('whole', DENSE, OWN), { backend: 'tfjs' });
    expect(whole.parameters).toBe(15);
    whole.dispose();
  });
});

test.each<[string, readonly object[]]>([
  ['RepeatVector', [layer('RepeatVector', { name: 'b', n: 1e8 }), layer('GlobalAveragePooling1D', { name: 'c' })]],
  [
    'ZeroPadding2D',
    [
      layer('Reshape', { name: 'r', target_shape: [1, 3, 1] }),
      layer('ZeroPadding2D', {
        name: 'b',
        padding: [
          [20_000, 20_000],
          [20_000, 20_000],
        ],
      }),
      layer('GlobalAveragePooling2D', { name: 'c' }),
    ],
  ],
])('outputs of %s that exceed the memory are refused before one is made', async (_name, layers) => {
  const path = model('outputs', [...DENSE, ...layers], OWN);
  const options = { backend: 'tfjs', memory: process.memoryUsage().rss + 2 ** 28 } as const;
  await refused(() => readModel(path, options), MemoryError, 'for the outputs of the layers');
});

describe('files of a model', () => {
  test('lie in its folder, links and links of folders followed', async () => {
    mkdirSync(at.path('in'));
    writeFileSync(at.path('outside.bin'), new Uint8Array(60));
    symlinkSync('../outside.bin', at.path('in/link.bin'));
    symlinkSync('..', at.path('in/up'));
    symlinkSync(at.path('outside.bin'), at.path('in/rooted.bin'));
    symlinkSync('own.bin', at.path('in/near.bin'));
    writeFileSync(at.path('in/own.bin'), new Uint8Array(60));
    for (const name of ['link.bin', 'up/outside.bin', 'rooted.bin']) {
      const path = model(join('in', 'm'), DENSE, OWN, [name]);
      await refused(() => readModel(path), DataError, 'in the folder of the model', 'a link that leads out of it');
    }
    const near = await readModel(model(join('in', 'n'), DENSE, OWN, ['near.bin']), { backend: 'tfjs' });
    near.dispose();
  });

  test.each<[string, string]>([
    ['../x.bin', 'in the folder of the model'],
    ['/etc/passwd', 'in the folder of the model'],
    ['a/../../x.bin', 'in the folder of the model'],
    ['a\0b', 'in the folder of the model'],
    ['.', 'in the folder of the model'],
    ['none.bin', 'no such file'],
    ['-', 'no such file'],
  ])('%j', async (name, part) => {
    await refused(() => readModel(model('named', DENSE, OWN, [name])), DataError, part);
  });

  test('have the sizes of the manifest before they are read, and fit the memory', async () => {
    await refused(
      () => readModel(model('sizes', DENSE, { 'a/kernel': [2 ** 20, 2 ** 20] }, ['whole.bin'])),
      DataError,
      'got 60 bytes',
    );
    const huge = model('huge', DENSE, { 'a/kernel': [2 ** 50, 2 ** 50] }, ['whole.bin']);
    await refused(() => readModel(huge), DataError, 'weightsManifest must list');
    await refused(() => readModel(model('whole', DENSE, OWN), { memory: 50 }), MemoryError, 'weights need 60 B');
  });

  test('are regular files', async () => {
    await refused(() => readModel(model('zero', DENSE, OWN, ['whole.bin', 'folder'])), DataError, 'no such file');
    mkdirSync(at.path('folder'));
    await refused(() => readModel(model('zero', DENSE, OWN, ['folder'])), DataError, 'a directory');
  });
});

test.each<[string, unknown]>([
  ['null', null],
  ['a list', []],
  ['a number', 5],
  ['weights that are no list', { modelTopology: {}, weightsManifest: { a: 1 } }],
  ['a group without files', { modelTopology: {}, weightsManifest: [{ weights: [] }] }],
  ['a topology that is a text', { modelTopology: 'x', weightsManifest: [] }],
  [
    'no layers',
    { modelTopology: { class_name: 'Sequential', config: null }, weightsManifest: [{ paths: [], weights: [] }] },
  ],
  [
    'a foreign class',
    { modelTopology: { class_name: 'constructor', config: {} }, weightsManifest: [{ paths: [], weights: [] }] },
  ],
])('a model that is %s', async (_name, json) => {
  at.write('odd.json', JSON.stringify(json));
  await refused(() => readModel(at.path('odd.json'), { backend: 'tfjs' }), DataError, 'odd.json');
});

test('the command says so with exit code 2', async () => {
  at.write(
    'x.npy',
    npyOf(
      [3, 4],
      Array.from({ length: 12 }, (_, k) => k / 4),
    ),
  );
  model('big', [layer('Dense', { name: 'a', units: 2_000_000, ...INPUT })], { 'a/kernel': [4, 600] });
  const args = ['empirical', 'x.npy', '--model', 'big.json', '--out', 'E.npy', '--memory', '300MiB'];
  await refusedByCommand(at, args, 'big.json: the layers must have the 2400 numbers of weightsManifest');
});
