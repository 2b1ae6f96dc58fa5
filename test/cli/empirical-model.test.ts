import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionKernel, readInput, readModel } from '../../src/index.js';
import { npyOf } from '../data/fixtures.js';
import { ROOT } from '../house/sources.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { numbers, refused } from './ntk.js';
import { processBench } from './process.js';

// TensorFlow.js gives the variables of a model that is read again in the same process other names.
const at = processBench();
const DIGITS = join(ROOT, 'data/digits');
const REPORTS = join(ROOT, 'test/fixtures/reports');
const DATA = [join(DIGITS, 'test.csv'), '--label-column', '64', '--rows', '0:6'];
const MODEL = ['--model', 'model.json'];

interface Saved {
  readonly modelTopology: { readonly config: { readonly layers: readonly object[] } };
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly object[] }[];
}

const saved = JSON.parse(readFileSync(join(DIGITS, 'model.json'), 'utf8')) as Saved;

/** A model of these layers, and weights for them that are all 0.1; `topology` where it is no sequence of them. */
function writeModel(
  name: string,
  layers: readonly object[],
  weights: Readonly<Record<string, readonly number[]>>,
  topology: object = {},
): void {
  const modelTopology = { class_name: 'Sequential', config: { name, layers }, ...topology };
  const list = Object.entries(weights).map(([key, shape]) => ({ name: key, shape, dtype: 'float32' }));
  const count = list.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  at.write(`${name}.bin`, new Uint8Array(new Float32Array(count).fill(0.1).buffer));
  const weightsManifest = [{ paths: [`${name}.bin`], weights: list }];
  at.write(`${name}.json`, JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }));
}

const layer = (class_name: string, config: object): object => ({ class_name, config });

beforeAll(() => {
  copyFileSync(join(DIGITS, 'model.json'), at.path('model.json'));
  copyFileSync(join(DIGITS, 'model.weights.bin'), at.path('model.weights.bin'));
  at.write('short.json', JSON.stringify(saved).replace('model.weights.bin', 'short.bin'));
  at.write('short.bin', new Uint8Array(100));
  at.write('outside.json', JSON.stringify(saved).replace('model.weights.bin', '../model.weights.bin'));
  at.write('rooted.json', JSON.stringify(saved).replace('model.weights.bin', '/model.weights.bin'));
  at.write('lost.json', JSON.stringify(saved).replace('model.weights.bin', 'lost.bin'));
  at.write('graph.json', JSON.stringify({ format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] }));
  at.write('custom.json', JSON.stringify(saved).replace('"class_name":"Dropout"', '"class_name":"Wavelet"'));
  at.write('bare.json', JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: ['a.bin'] }] }));
  at.write('model.keras', Buffer.from('PK\x03\x04\x14\0\0\0\0\0metadata.json{}', 'latin1'));
  at.write('model.pt', Buffer.from('PK\x03\x04\0\0\x08\x08\0\0model/data.pkl', 'latin1'));
  at.write('images.npy', npyOf([3, 8, 8, 1], numbers(192)));
  const input = { name: 'conv', batch_input_shape: [null, 8, 8, 1], dtype: 'float32', filters: 2, kernel_size: [3, 3] };
  const conv = layer('Conv2D', { ...input, strides: [1, 1], padding: 'same', activation: 'relu', use_bias: true });
  const weights = { 'conv/kernel': [3, 3, 1, 2], 'conv/bias': [2] };
  writeModel('open', [conv], weights);
  const vectors = { units: 64, batch_input_shape: [null, 64], dtype: 'float32' };
  const square = { 'one/kernel': [64, 64], 'one/bias': [64] };
  writeModel('frozen', [layer('Dense', { name: 'one', ...vectors, trainable: false })], square);
  const model_config = { class_name: 'Sequential', config: [layer('InputLayer', { batch_shape: [null, 64] })] };
  writeModel('keras', [], square, { keras_version: '3.4.1', model_config });
  const ends = { input_layers: [['x', 0, 0]], output_layers: [['one', 1, 0]] };
  const x = { name: 'x', ...layer('InputLayer', { name: 'x', ...vectors }), inbound_nodes: [] };
  const nodes = [[['x', 0, 0, {}]], [['one', 0, 0, {}]]];
  const one = { name: 'one', ...layer('Dense', { name: 'one', units: 64 }), inbound_nodes: nodes };
  writeModel('shared', [], square, { class_name: 'Model', config: { name: 'shared', layers: [x, one], ...ends } });
  const norm = layer('BatchNormalization', { name: 'norm', axis: -1 });
  const dense = layer('Dense', { name: 'out', units: 2, use_bias: false, trainable: false });
  const stored = { 'norm/gamma': [2], 'norm/beta': [2], 'norm/moving_mean': [2], 'norm/moving_variance': [2] };
  writeModel('conv', [conv, norm, layer('GlobalAveragePooling2D', { name: 'pool' }), dense], {
    ...weights,
    ...stored,
    'out/kernel': [2, 2],
  });
});

describe('ntk empirical --model', () => {
  test('writes the kernel of the model, its record with the hashes of its files, and what each variable adds', async () => {
    const args = [...DATA, ...MODEL, '--out', 'K.npy', '--contributions', 'C.npz', '--json'];
    const { code, stdout, stderr } = await at.ntk('empirical', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record).toEqual(JSON.parse(readFileSync(at.path('K.json'), 'utf8')));
    expect(record).toMatchObject({ shape: [6, 6], outputs: 10, precision: 'f32', architecture: null, seed: null });
    expect(record.plan).toMatchObject({ parameters: 2410, symmetric: true });
    expect(record.check.difference).toBeLessThanOrEqual(record.check.tolerance);
    expect(record.model).toEqual({
      path: 'model.json',
      files: ['model.json', 'model.weights.bin'].map((path) => ({
        path,
        sha256: createHash('sha256')
          .update(readFileSync(at.path(path)))
          .digest('hex'),
      })),
    });
    const sum = Object.values<number>(record.stages).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - record.seconds) / record.seconds).toBeLessThan(0.05);
    const { data } = await readInput(at.path('K.npy'));
    const model = await readModel(at.path('model.json'));
    const inputs = await readInput(DATA[0], { labelColumn: 64, rows: { start: 0, end: 6 } });
    const x = model.tf.tensor2d(Float32Array.from(inputs.data), [6, 64]);
    const { ntk } = await functionKernel(model.f, model.variables, x, { contributions: true });
    expect([...data]).toEqual([...ntk.data]);
    const names = ['hidden/kernel', 'hidden/bias', 'classes/kernel', 'classes/bias'];
    const shares = await Promise.all(names.map((name) => readInput(`${at.path('C.npz')}:${name}`)));
    data.forEach((v, k) => {
      expect(shares.reduce((all, share) => all + share.data[k], 0) / v).toBeCloseTo(1, 5);
    });
    x.dispose();
    model.dispose();
  });

  test('a convolutional model in inference, what is not trained left out; rows as images; all pairs of outputs', async () => {
    const args = ['--model', 'conv.json', '--contract', 'full', '--json', '--force'];
    const one = await at.ntk('empirical', 'images.npy', ...args, '--out', 'I.npy');
    expect({ code: one.code, stderr: one.stderr }).toEqual({ code: 0, stderr: '' });
    const record = JSON.parse(one.stdout);
    expect(record.shape).toEqual([3, 3, 2, 2]);
    expect(record.plan.layers.map(({ path }: { readonly path: string }) => path)).toEqual([
      'conv/kernel',
      'conv/bias',
      'norm/gamma',
      'norm/beta',
    ]);
    expect(record.plan.parameters).toBe(32);
    const rows = await at.ntk('empirical', ...DATA, '--image', '8x8x1', ...args, '--out', 'R.npy');
    expect({ code: rows.code, stderr: rows.stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('separable convolutions of Keras have the kernel of their formulas', async () => {
    const folder = join(REPORTS, 'separable');
    const args = [
      join(folder, 'x.npy'),
      '--model',
      join(folder, 'model.json'),
      '--out',
      'separable.npy',
      '--json',
      '--force',
    ];
    const { code, stdout, stderr } = await at.ntk('empirical', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { slopes } = JSON.parse(stdout).check;
    expect(slopes).toMatchObject({ directions: 7, undecided: 0 });
    expect(slopes.difference).toBeLessThanOrEqual(slopes.tolerance);
    const [found, truth] = [await readInput(at.path('separable.npy')), await readInput(join(folder, 'truth.npy'))];
    const largest = Math.max(...Array.from(truth.data, Math.abs));
    truth.data.forEach((v, k) => {
      expect(Math.abs(found.data[k] - v) / largest).toBeLessThan(1e-6);
    });
  });

  test('a model that uses a layer twice gives all its tensors back', async () => {
    const { tf, ...idle } = await readModel(at.path('model.json'));
    const before = tf.memory().numTensors;
    const model = await readModel(at.path('shared.json'));
    // TensorFlow.js counts names that other models of the process had.
    expect(model.variables.map(({ name }) => name.replace(/_\d+$/, ''))).toEqual(['one/kernel', 'one/bias']);
    const x = tf.ones([1, 64]);
    const { ntk } = await functionKernel(model.f, model.variables, x);
    // y = W h + b with h = W x + b = 6.5: by W (h + 0.1)^2 64 times and 0.01 for the rest, by b the squares of 1 + W.
    const known = 64 * 6.6 ** 2 + 63 * 64 * 0.01 + 1 + 2 * 0.1 + 64 * 0.01;
    expect(ntk.data[0] / known).toBeCloseTo(1, 5);
    x.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
    idle.dispose();
  });

  test('--plan says what it takes, csv goes to stdout, and --progress shows how far it is', async () => {
    const before = at.files();
    const plan = await at.ntk('empirical', ...DATA, ...MODEL, '--plan');
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(/^result +6 x 6 in f32[\s\S]+methods +jacobian for 4 variables/);
    const csv = await at.ntk('empirical', ...DATA, ...MODEL, '--progress');
    expect({ code: csv.code, lines: csv.stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 6 });
    expect(csv.stderr).toContain('100%');
    expect(at.files()).toEqual(before);
  });

  test.each([
    [[...MODEL, '--arch', 'fc'], '--model: must come without --arch, got model.json and fc'],
    [[...MODEL, '--width', '8'], '--width: must come without --model'],
    [[...MODEL, '--seed', '8'], '--seed: must come without --model'],
    [[...MODEL, '--depth', '8'], '--depth: must come without --model'],
    [[...MODEL, '--save-weights', 'W.npz'], '--save-weights: must come without --model'],
    [[...MODEL, '--threads', '2'], '--threads: must come without --model'],
    [[...MODEL, '--precision', 'f64'], '--precision: must be f32 with --model'],
    [[...MODEL, '--backend', 'host'], '--backend: must be tfjs or tensorflow with --model, got host'],
    [[...MODEL, '--memory', '1MiB'], '1 MiB'],
    [[...MODEL, '--memory', '40MiB'], '--memory: the computation needs about'],
    [['--model', 'none.json'], 'none.json: must be a readable file'],
    [['--model', 'lost.json'], 'lost.bin: must be a readable file'],
    [
      ['--model', 'short.json'],
      'short.bin: must hold the 9640 bytes of the 4 arrays that short.json lists, got 100 bytes',
    ],
    [
      ['--model', 'outside.json'],
      'outside.json: weightsManifest must name files in the folder of the model, got "../model.weights.bin"',
    ],
    [['--model', 'rooted.json'], 'must name files in the folder of the model, got "/model.weights.bin"'],
    [['--model', 'frozen.json'], 'frozen.json: must have weights that are trained, got a model without'],
    [['--model', 'keras.json'], 'keras.json: must be of Keras 2, which TensorFlow.js reads, and is of Keras 3.4.1'],
    [['--model', 'graph.json'], 'graph.json: must be a LayersModel, whose variables are known, got a GraphModel'],
    [['--model', 'custom.json'], 'custom.json: must hold only layers that TensorFlow.js has itself, got Unknown layer'],
    [['--model', 'bare.json'], 'bare.json: weightsManifest must list'],
    [['--model', 'x.npy'], 'x.npy: must be the JSON file of a saved model'],
    [
      ['--model', join(REPORTS, 'model.h5')],
      'got an HDF5 file, as Keras 2 saves models. Convert it: tensorflowjs_converter',
    ],
    [
      ['--model', 'model.keras'],
      'got a .keras file of Keras 3. Convert it: tensorflowjs_converter --input_format=keras_keras',
    ],
    [['--model', 'model.pt'], 'got a file of PyTorch. Write its weights to an .npz file for --arch and --weights'],
    [['--model', 'open.json'], 'open.json: must give one row of outputs an example, [n, o], got [n, 8, 8, 2]'],
    [
      ['--model', 'conv.json'],
      'must hold examples like the input of conv.json, [n, 8, 8, 1], got [n, 64]. Give --image 8x8x1',
    ],
  ])('refuses %j', async (args, part) => refused(at, ['empirical', ...DATA, ...args], part));

  test('refuses data of another width, and to go without a model or a network', async () => {
    await refused(
      at,
      ['empirical', 'x.npy', ...MODEL],
      'x.npy: must hold examples like the input of model.json, [n, 64], got [n, 3]',
    );
    await refused(at, ['empirical', 'x.npy'], '--arch: must be given, got none. For example --arch fc, or --model');
  });
});
