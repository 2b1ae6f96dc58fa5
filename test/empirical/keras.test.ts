import { type Engine, loadTensorflow, loadTfjs } from '../../kernels/tfjs/engine.js';
import { loadModel } from '../../kernels/tfjs/functions/model.js';
import type { ModelFiles } from '../../src/data/model-files.js';
import { DataError } from '../../src/errors.js';
import { functionKernel } from '../../src/index.js';
import { RandomSource } from '../../src/linalg/random.js';
import { describe, expect, test } from '../jest.js';
import { filesOf, INPUT, NAMES, numbersOf, object3, policy, sizeOf } from './keras-files.js';
import { KERAS_MODELS, type KerasLayer } from './keras-models.js';

const FOUND = [await loadTfjs(['cpu']), await loadTfjs(['wasm']), await loadTensorflow()];
const ENGINES = FOUND.flatMap(({ engine }) => (engine === null ? [] : [[engine.version, engine] as const]));
const CPU = ENGINES[0][1];

const EXAMPLES = 2;

/** Outputs and full kernel in float64: Jacobians by differences. */
function truthOf(layers: readonly KerasLayer[], values: number[][][], x: readonly number[][]) {
  const outputs = (example: readonly number[]): readonly number[] =>
    layers.reduce((h, { truth }, k) => truth(values[k], h), { shape: INPUT, data: example } as {
      shape: readonly number[];
      data: readonly number[];
    }).data;
  const jacobians = x.map((example) =>
    layers.flatMap(({ arrays, frozen }, k) =>
      Object.keys(arrays).flatMap((name, a) => {
        if (frozen?.includes(name) === true) return [];
        const own = values[k][a];
        return own.map((v, i) => {
          const [up, down] = [1e-5, -1e-5].map((step) => {
            own[i] = v + step;
            return outputs(example);
          });
          own[i] = v;
          return up.map((one, o) => (one - down[o]) / 2e-5);
        });
      }),
    ),
  );
  const count = outputs(x[0]).length;
  const ntk = jacobians.flatMap((a) =>
    jacobians.flatMap((b) =>
      Array.from({ length: count ** 2 }, (_, k) =>
        a.reduce((sum, g, p) => sum + g[Math.floor(k / count)] * b[p][k % count], 0),
      ),
    ),
  );
  return { outputs: x.flatMap(outputs), ntk };
}

function difference(a: ArrayLike<number>, b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  const scale = b.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return b.reduce((most, v, k) => Math.max(most, Math.abs(v - a[k])), 0) / scale;
}

async function kernelOf(engine: Engine, files: ModelFiles, x: readonly number[][]) {
  const model = await loadModel(engine, files);
  const inputs = engine.tf.tensor(x.flat(), [x.length, ...INPUT]);
  try {
    return await functionKernel(model.f, model.variables, inputs, { contract: 'full' });
  } finally {
    inputs.dispose();
    model.dispose();
  }
}

function examples(): number[][] {
  const random = new RandomSource(9);
  return Array.from({ length: EXAMPLES }, () =>
    Array.from({ length: sizeOf(INPUT) }, () => Math.fround(random.normal())),
  );
}

const truths = new Map<string, ReturnType<typeof truthOf>>();

describe.each(ENGINES)('models of Keras on %s', (_name, engine) => {
  test.each(Object.entries(KERAS_MODELS))('%s', async (name, layers) => {
    const values = numbersOf(layers);
    const x = examples();
    const truth = truths.get(name) ?? truthOf(layers, values, x);
    truths.set(name, truth);
    for (const form of engine.kind === 'tensorflow' ? Object.keys(NAMES).slice(0, 1) : Object.keys(NAMES)) {
      const found = await kernelOf(engine, filesOf(layers, form, values), x);
      expect(difference(found.outputs.data, truth.outputs)).toBeLessThan(2e-6);
      expect(difference(found.ntk.data, truth.ntk)).toBeLessThan(1e-5);
      expect(found.check.difference).toBeLessThan(found.check.tolerance);
    }
  });
});

/** A model of one layer and a readout whose configuration is changed. */
function changed(change: object, version = '2.15.0', className = 'Conv2D'): ModelFiles {
  const layers = KERAS_MODELS.GlobalMaxPooling2D;
  const files = filesOf(layers, 'a sequence of Keras 2', numbersOf(layers));
  const topology = JSON.parse(JSON.stringify(files.topology));
  topology.keras_version = version;
  topology.model_config.config.layers[1].class_name = className;
  Object.assign(topology.model_config.config.layers[1].config, change);
  return { ...files, topology };
}

test.each([
  [changed({ groups: 3 }), 'groups 3 in the layer conv2d_0'],
  [changed({ dtype: 'float64' }), 'dtype "float64" in the layer conv2d_0'],
  [changed({ activation: 'hard_sigmoid' }, '3.4.0'), 'activation hard_sigmoid of Keras 3'],
  [changed({ axis: [1, 2] }, '2.15.0', 'BatchNormalization'), 'axis [1,2] in the layer'],
  [changed({ renorm: true }, '2.15.0', 'BatchNormalization'), 'renorm true'],
  [changed({ rms_scaling: true }, '3.4.0', 'LayerNormalization'), 'rms_scaling true'],
  [changed({ threshold: 1 }, '2.15.0', 'ReLU'), 'threshold 1'],
  [changed({ keepdims: true }, '2.15.0', 'GlobalMaxPooling2D'), 'keepdims true'],
  [changed({ crop_to_aspect_ratio: true }, '2.15.0', 'Resizing'), 'crop_to_aspect_ratio true'],
  [changed({}, '2.15.0', 'SeparableConv1D'), 'Unknown layer: SeparableConv1D'],
  [changed({}, '3.4.0', 'MultiHeadAttention'), 'Unknown layer: MultiHeadAttention'],
])('refuses what TensorFlow.js would leave out: %#', async (files, part) => {
  await expect(loadModel(CPU, files)).rejects.toThrow(DataError);
  await expect(loadModel(CPU, files)).rejects.toThrow(part);
});

/**
 * Calls of Keras 3 of layers with several inputs, an operation among them, a model inside, and a layer that is called
 * twice.
 */
function branches(): ModelFiles {
  const called = (layer: object, name: string, ...inputs: readonly unknown[]) => ({
    ...layer,
    name,
    inbound_nodes: inputs.map((args) => ({ args, kwargs: {} })),
  });
  const of = (from: string, node = 0) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 3], dtype: 'float32', keras_history: [from, node, 0] },
  });
  const units3 = (name: string, units: number) =>
    object3('keras.layers', 'Dense', {
      name,
      trainable: true,
      dtype: policy,
      units,
      activation: object3('builtins', 'function', 'relu'),
      use_bias: false,
    });
  const start = (name: string) => ({
    ...object3('keras.layers', 'InputLayer', { batch_shape: [null, 3], dtype: 'float32', name }),
    name,
    inbound_nodes: [],
  });
  const inner = object3('keras', 'Sequential', {
    name: 'inner',
    layers: [start('start'), units3('deep', 2)],
    dtype: policy,
  });
  const topology = {
    keras_version: '3.6.0',
    model_config: object3('keras.src.models.functional', 'Functional', {
      name: 'functional_1',
      layers: [
        start('x'),
        called(units3('one', 3), 'one', [of('x')], [of('one')]),
        called(object3('keras.layers', 'Add', { name: 'add', dtype: policy }), 'add', [[of('one'), of('one', 1)]]),
        called(object3('keras.src.ops.numpy', 'Multiply', { name: 'times' }), 'times', [of('add'), of('x')]),
        called(inner, 'inner', [of('times')]),
        called(object3('keras.layers', 'Concatenate', { name: 'all', axis: -1 }), 'all', [
          { class_name: '__tuple__', items: [of('inner'), of('x')] },
        ]),
        called(units3('out', 1), 'out', [of('all')]),
      ],
      input_layers: { x: ['x', 0, 0] },
      output_layers: ['out', 0, 0],
    }),
  };
  const entries = (
    [
      ['functional_1/one/kernel', [3, 3]],
      ['functional_1/inner/deep/kernel', [3, 2]],
      ['functional_1/out/kernel', [5, 1]],
    ] as const
  ).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  const data = Float32Array.from({ length: 20 }, (_, k) => 0.1 * ((k * 7) % 11) - 0.2).buffer;
  return { topology, entries, data, files: [{ path: 'model.json', sha256: '' }] };
}

test('calls of Keras 3 with several inputs', async () => {
  const files = branches();
  const model = await loadModel(CPU, files);
  const [one, deep, out] = [
    [0, 9],
    [9, 15],
    [15, 20],
  ].map(([a, b]) => [...new Float32Array(files.data)].slice(a, b));
  const x = [0.5, -0.3, 0.8];
  const times = (v: readonly number[], w: readonly number[], units: number): number[] =>
    Array.from({ length: units }, (_, u) =>
      Math.max(
        0,
        v.reduce((sum, a, i) => sum + a * w[i * units + u], 0),
      ),
    );
  const once = times(x, one, 3);
  const twice = times(once, one, 3);
  const inner = times(
    once.map((v, k) => (v + twice[k]) * x[k]),
    deep,
    2,
  );
  const wanted = times([...inner, ...x], out, 1);
  const given = CPU.tf.tensor2d([x]);
  const outputs = model.f(given);
  expect(outputs.dataSync()[0]).toBeCloseTo(wanted[0], 6);
  CPU.tf.dispose([given, outputs]);
  model.dispose();
});

test.each([
  [{ training: true }, 'a call with training true in the layer dense'],
  [{ scale: 2 }, 'a call with scale 2'],
])('refuses a call with %j', async (kwargs, part) => {
  const files = branches();
  const topology = JSON.parse(JSON.stringify(files.topology).replaceAll('"one"', '"dense"'));
  topology.model_config.config.layers[1].inbound_nodes[0].kwargs = kwargs;
  await expect(loadModel(CPU, { ...files, topology })).rejects.toThrow(part);
});
