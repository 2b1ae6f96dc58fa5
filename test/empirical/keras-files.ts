/** Files of models as Keras 2 and 3 write them. */
import type { ModelFiles, WeightEntry } from '../../src/data/model-files.js';
import { RandomSource } from '../../src/linalg/random.js';
import type { KerasLayer } from './keras-models.js';

/** Sizes of an example of all models. */
export const INPUT = [6, 6, 3];

/** Numbers in an array. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Names of the layers of a model. */
export const nameOf = ({ className }: KerasLayer, k: number): string => `${className.toLowerCase()}_${k}`;

/** An object of a configuration as Keras 3 writes it. */
export const object3 = (module: string, className: string, config: unknown) => ({
  module,
  class_name: className,
  config,
  registered_name: null,
});

/** A dtype as Keras 3 writes it. */
export const policy = object3('keras', 'DTypePolicy', { name: 'float32' });

function config3(config: KerasLayer['config']): object {
  const { alpha, ...rest } = config;
  const fields = Object.entries(rest).map(([key, value]): [string, unknown] => {
    if (!/_(initializer|regularizer)$/.test(key) || value === null) return [key, value];
    return [key, object3('keras.initializers', 'GlorotUniform', { seed: null })];
  });
  const slope = alpha === undefined ? {} : { negative_slope: alpha };
  return { ...Object.fromEntries(fields), ...slope, dtype: policy };
}

type Form = (layers: readonly KerasLayer[]) => object;

const input = {
  class_name: 'InputLayer',
  config: { batch_input_shape: [null, ...INPUT], dtype: 'float32', name: 'x' },
};

/** A sequence of layers as Keras 2 saves it. */
const sequence2: Form = (layers) => ({
  keras_version: '2.15.0',
  backend: 'tensorflow',
  model_config: {
    class_name: 'Sequential',
    config: {
      name: 'sequential',
      layers: [
        input,
        ...layers.map((layer, k) => ({
          class_name: layer.className,
          config: { ...layer.config, name: nameOf(layer, k), trainable: true, dtype: 'float32' },
        })),
      ],
    },
  },
});

const input3 = {
  ...object3('keras.layers', 'InputLayer', {
    batch_shape: [null, ...INPUT],
    dtype: 'float32',
    sparse: false,
    ragged: false,
    name: 'x',
  }),
};

const layer3 = (layer: KerasLayer, k: number) => ({
  ...object3('keras.layers', layer.className, { ...config3(layer.config), name: nameOf(layer, k), trainable: true }),
  build_config: { input_shape: [null, 1] },
});

/** A sequence of layers as Keras 3 saves it. */
const sequence3: Form = (layers) => ({
  keras_version: '3.6.0',
  backend: 'tensorflow',
  model_config: object3('keras', 'Sequential', {
    name: 'sequential_1',
    trainable: true,
    dtype: policy,
    layers: [input3, ...layers.map(layer3)],
    build_input_shape: [null, ...INPUT],
  }),
});

const tensor = (from: string) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 1], dtype: 'float32', keras_history: [from, 0, 0] },
});

/** The same made of calls, as Keras 3 saves them. */
const calls3: Form = (layers) => {
  const names = ['x', ...layers.map(nameOf)];
  return {
    keras_version: '3.6.0',
    backend: 'tensorflow',
    model_config: object3('keras.src.models.functional', 'Functional', {
      name: 'functional_1',
      trainable: true,
      layers: [
        { ...input3, name: 'x', inbound_nodes: [] },
        ...layers.map((layer, k) => ({
          ...layer3(layer, k),
          name: nameOf(layer, k),
          inbound_nodes: [{ args: [tensor(names[k])], kwargs: { mask: null, training: false } }],
        })),
      ],
      input_layers: ['x', 0, 0],
      output_layers: [[names[names.length - 1], 0, 0]],
    }),
  };
};

/** How a form names an array. */
export const NAMES: Readonly<Record<string, readonly [Form, (layer: string, array: string) => string]>> = {
  'a sequence of Keras 2': [sequence2, (layer, array) => `${layer}/${array}`],
  'a sequence of Keras 3': [
    sequence3,
    (layer, array) =>
      `sequential_1/${layer}/${array.replace(
        'depthwise_kernel',
        layer.startsWith('depthwise') ? 'kernel' : 'depthwise_kernel',
      )}`,
  ],
  'calls of Keras 3': [calls3, (layer, array) => `${layer}/${array}`],
};

/** Numbers for the arrays of a model: variances are positive. */
export function numbersOf(layers: readonly KerasLayer[]): number[][][] {
  const random = new RandomSource(5);
  return layers.map(({ arrays }) =>
    Object.entries(arrays).map(([name, shape]) =>
      Array.from({ length: sizeOf(shape) }, () => {
        const v = Math.fround(0.4 * random.normal());
        return name === 'moving_variance' ? Math.fround(0.5 + v * v) : v;
      }),
    ),
  );
}

/** A model as one of the forms has it. */
export function filesOf(layers: readonly KerasLayer[], form: string, values: number[][][]): ModelFiles {
  const [make, name] = NAMES[form];
  const entries = layers.flatMap((layer, k): WeightEntry[] =>
    Object.entries(layer.arrays).map(([array, shape]) => ({
      name: name(nameOf(layer, k), array),
      shape,
      dtype: 'float32',
    })),
  );
  const data = Float32Array.from(values.flat(2)).buffer;
  return {
    topology: make(layers) as ModelFiles['topology'],
    entries,
    data,
    files: [{ path: 'model.json', sha256: '' }],
  };
}
