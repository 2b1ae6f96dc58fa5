/** Models as Keras saves them, with what they compute. */
import {
  batchNorm,
  conv,
  dense,
  depthwise,
  flat,
  type Layer,
  layerNorm,
  mapped,
  pooled,
  separable,
  transposed,
  upsampled,
} from './keras-reference.js';

/** A layer as Keras 2 describes it, its arrays, and what it computes. */
export interface KerasLayer {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, readonly number[]>>;
  /** Arrays that are not trained. */
  readonly frozen?: readonly string[];
  readonly truth: Layer;
}

/** Fields that a convolution has in files of Keras, with those that mean nothing here. */
const common = {
  data_format: 'channels_last',
  dilation_rate: [1, 1],
  groups: 1,
  use_bias: true,
  kernel_initializer: { class_name: 'GlorotUniform', config: { seed: null } },
  bias_initializer: { class_name: 'LecunNormal', config: { seed: 3 } },
  kernel_regularizer: { class_name: 'L2', config: { l2: 0.01 } },
  bias_regularizer: null,
  activity_regularizer: null,
  kernel_constraint: null,
  bias_constraint: null,
};
const eachChannel = {
  depthwise_initializer: 'glorot_uniform',
  depthwise_regularizer: null,
  depthwise_constraint: null,
};
const pixels = { pointwise_initializer: 'glorot_uniform', pointwise_regularizer: null, pointwise_constraint: null };

type Windowed = {
  readonly filter: readonly [number, number];
  readonly stride?: number;
  readonly padding?: 'same' | 'valid';
};

const windowed = ({ filter, stride = 1, padding = 'valid' }: Windowed, activation = 'linear'): object => ({
  ...common,
  kernel_size: filter,
  strides: [stride, stride],
  padding,
  activation,
});

const relu =
  (layer: Layer): Layer =>
  (arrays, x) =>
    mapped((v) => Math.max(0, v))([], layer(arrays, x));

const norm = (channels: number): KerasLayer => ({
  className: 'BatchNormalization',
  config: { axis: [3], momentum: 0.99, epsilon: 1e-3, center: true, scale: true, synchronized: false },
  arrays: { gamma: [channels], beta: [channels], moving_mean: [channels], moving_variance: [channels] },
  frozen: ['moving_mean', 'moving_variance'],
  truth: batchNorm,
});

const end = (inputs: number): readonly KerasLayer[] => [
  { className: 'Flatten', config: { data_format: 'channels_last' }, arrays: {}, truth: flat },
  {
    className: 'Dense',
    config: { units: 2, activation: 'linear', use_bias: true },
    arrays: { kernel: [inputs, 2], bias: [2] },
    truth: dense,
  },
];

const global = (className: string, isLargest: boolean): KerasLayer => ({
  className,
  config: { data_format: 'channels_last', keepdims: false },
  arrays: {},
  truth: pooled(isLargest),
});

const separated = (window: Windowed, times: number, activation = 'relu'): KerasLayer => ({
  className: 'SeparableConv2D',
  config: { ...windowed(window, activation), ...eachChannel, ...pixels, filters: 4, depth_multiplier: times },
  arrays: { depthwise_kernel: [...window.filter, 3, times], pointwise_kernel: [1, 1, 3 * times, 4], bias: [4] },
  truth: relu(separable(window)),
});

const each = (window: Windowed, times: number): KerasLayer => ({
  className: 'DepthwiseConv2D',
  config: { ...windowed(window, 'tanh'), ...eachChannel, depth_multiplier: times },
  arrays: { depthwise_kernel: [...window.filter, 3, times], bias: [3 * times] },
  truth: (arrays, x) => mapped(Math.tanh)([], depthwise(window)(arrays, x)),
});

const back = (window: Windowed): KerasLayer => ({
  className: 'Conv2DTranspose',
  config: { ...windowed(window), filters: 2, output_padding: null },
  arrays: { kernel: [...window.filter, 2, 3], bias: [2] },
  truth: transposed(window),
});

const enlarged = (interpolation: string): KerasLayer => ({
  className: 'UpSampling2D',
  config: { size: [2, 2], data_format: 'channels_last', interpolation },
  arrays: {},
  truth: upsampled(2, interpolation === 'bilinear'),
});

const corner = (
  className: string,
  config: object,
  f: (v: number, slope: number) => number,
  arrays: KerasLayer['arrays'] = {},
): KerasLayer => ({
  className,
  config: { ...config },
  arrays,
  truth: mapped(f),
});

/** Layers that do nothing when a model is not trained. */
const idle: readonly KerasLayer[] = [
  corner('Dropout', { rate: 0.5, noise_shape: null, seed: null }, (v) => v),
  corner('SpatialDropout2D', { rate: 0.5, data_format: 'channels_last' }, (v) => v),
  corner('GaussianNoise', { stddev: 0.5 }, (v) => v),
  corner('ActivityRegularization', { l1: 0.1, l2: 0 }, (v) => v),
];

const dense3 = (units: number, activation: string, f: (v: number) => number): KerasLayer => ({
  className: 'Dense',
  config: { units, activation, use_bias: true },
  arrays: { kernel: [3, units], bias: [units] },
  truth: (arrays, x) => mapped(f)([], dense(arrays, x)),
});

/** Models of images `[6, 6, 3]`, by what is peculiar to them. */
export const KERAS_MODELS: Readonly<Record<string, readonly KerasLayer[]>> = {
  'SeparableConv2D, same': [separated({ filter: [3, 3], padding: 'same' }, 1), norm(4), ...end(144)],
  'SeparableConv2D, strides and multiplier': [separated({ filter: [3, 2], stride: 2 }, 2), ...end(2 * 3 * 4)],
  'DepthwiseConv2D, same': [each({ filter: [3, 3], padding: 'same' }, 1), ...end(108)],
  'DepthwiseConv2D, strides and multiplier': [each({ filter: [2, 3], stride: 2, padding: 'same' }, 2), ...end(54)],
  'Conv2DTranspose, same': [back({ filter: [3, 3], stride: 2, padding: 'same' }), ...end(288)],
  'Conv2DTranspose, valid': [back({ filter: [2, 3], stride: 2 }), ...end(12 * 13 * 2)],
  'UpSampling2D, nearest': [
    enlarged('nearest'),
    separated({ filter: [3, 3] }, 1),
    global('GlobalAveragePooling2D', false),
  ],
  'UpSampling2D, bilinear': [
    enlarged('bilinear'),
    separated({ filter: [3, 3] }, 1),
    global('GlobalAveragePooling2D', false),
  ],
  GlobalMaxPooling2D: [
    {
      className: 'Conv2D',
      config: { ...windowed({ filter: [3, 3] }), filters: 3 },
      arrays: { kernel: [3, 3, 3, 3], bias: [3] },
      truth: conv({ filter: [3, 3] }),
    },
    global('GlobalMaxPooling2D', true),
  ],
  LayerNormalization: [
    dense3(5, 'relu', (v) => Math.max(0, v)),
    {
      className: 'LayerNormalization',
      config: { axis: [3], epsilon: 1e-3, center: true, scale: true },
      arrays: { gamma: [5], beta: [5] },
      truth: layerNorm,
    },
    ...end(180),
  ],
  'layers of training': [dense3(3, 'swish', (v) => v / (1 + Math.exp(-v))), ...idle, ...end(108)],
  'a slope below 0': [corner('LeakyReLU', { alpha: 0.2 }, (v) => (v > 0 ? v : 0.2 * v)), ...end(108)],
  'a slope that is trained': [
    corner(
      'PReLU',
      { shared_axes: [1, 2], alpha_initializer: { class_name: 'Zeros', config: {} } },
      (v, slope) => (v > 0 ? v : slope * v),
      { alpha: [1, 1, 3] },
    ),
    ...end(108),
  ],
  'ReLU with a slope': [
    corner('ReLU', { max_value: null, negative_slope: 0.1, threshold: 0 }, (v) => (v > 0 ? v : 0.1 * v)),
    ...end(108),
  ],
  'ReLU with a largest value': [
    corner('ReLU', { max_value: 0.4, negative_slope: 0, threshold: 0 }, (v) => Math.min(0.4, Math.max(0, v))),
    ...end(108),
  ],
  elu: [dense3(4, 'elu', (v) => (v > 0 ? v : Math.expm1(v))), ...end(144)],
};
