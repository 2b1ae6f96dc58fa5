import type { Json } from './keras-json.js';

/**
 * What a layer of Keras becomes for the layers of TensorFlow.js: another configuration, another class, or words for
 * what it cannot be.
 */
export interface Rewritten {
  readonly className?: string;
  readonly config?: Json;
  /** What it asks for that TensorFlow.js would leave out without a word. */
  readonly refused?: string;
}

type Rewrite = (config: Json, isKeras3: boolean) => Rewritten;

function without(config: Json, ...names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !names.includes(name)));
}

/** Refuses fields that have another value than the one that TensorFlow.js takes for granted. */
const only =
  (granted: Json, rewrite: Rewrite = (config) => ({ config })): Rewrite =>
  (config, isKeras3) => {
    const other = Object.entries(granted).find(([name, value]) => (config[name] ?? value) !== value);
    if (other !== undefined) return { refused: `${other[0]} ${JSON.stringify(config[other[0]])}` };
    return rewrite(config, isKeras3);
  };

/** One axis may stand in a list. */
const oneAxis: Rewrite = (config) => {
  const { axis } = config;
  if (!Array.isArray(axis)) return { config };
  return axis.length === 1 ? { config: { ...config, axis: axis[0] } } : { refused: `axis ${JSON.stringify(axis)}` };
};

/** Filters of each channel have their own names for what a filter has. */
const depthwise: Rewrite = (config) => ({
  config: without(config, 'kernel_initializer', 'kernel_regularizer', 'kernel_constraint'),
});

const leaky = (config: Json, slope: unknown): Json => ({
  ...without(config, 'negative_slope', 'max_value', 'threshold'),
  alpha: slope,
});

/** TensorFlow.js knows the largest value alone. */
const rectified: Rewrite = (config) => {
  const [slope, threshold, most] = [config.negative_slope ?? 0, config.threshold ?? 0, config.max_value ?? null];
  if (threshold !== 0) return { refused: `threshold ${threshold}` };
  if (slope === 0) return { config };
  if (most !== null) return { refused: `negative_slope ${slope} with max_value ${most}` };
  return { className: 'LeakyReLU', config: leaky(config, slope) };
};

/** A layer that lets all pass when the model is not being trained. */
const idle: Rewrite = ({ name, trainable }) => ({
  className: 'Activation',
  config: { name, trainable, activation: 'linear' },
});

const convolution = only({ groups: 1 });
const transposed = only({ output_padding: null });
const global = only({ keepdims: false });
const recurrent = only({ time_major: false });

/** By the class of the layer in Keras. */
const REWRITES: Readonly<Record<string, Rewrite>> = {
  ActivityRegularization: idle,
  BatchNormalization: only({ renorm: false }, oneAxis),
  Conv1D: convolution,
  Conv2D: convolution,
  Conv2DTranspose: transposed,
  Conv3D: convolution,
  Conv3DTranspose: transposed,
  DepthwiseConv2D: depthwise,
  GRU: recurrent,
  GlobalAveragePooling1D: global,
  GlobalAveragePooling2D: global,
  GlobalMaxPooling1D: global,
  GlobalMaxPooling2D: global,
  Identity: idle,
  LSTM: recurrent,
  LayerNormalization: only({ rms_scaling: false }),
  LeakyReLU: (config) => ({ config: leaky(config, config.negative_slope ?? config.alpha ?? 0.3) }),
  RandomBrightness: idle,
  RandomContrast: idle,
  RandomFlip: idle,
  RandomRotation: idle,
  RandomTranslation: idle,
  RandomZoom: idle,
  ReLU: rectified,
  Resizing: only({ crop_to_aspect_ratio: false, pad_to_aspect_ratio: false, antialias: false }),
  SeparableConv2D: only({ groups: 1 }, depthwise),
  SimpleRNN: recurrent,
  SpatialDropout2D: idle,
  SpatialDropout3D: idle,
};

/** Names of activations that differ; null: Keras 3 means another function by the name. */
const ACTIVATIONS: Readonly<Record<string, string | null>> = { silu: 'swish', hard_sigmoid: null };

/** An activation by the name that TensorFlow.js has for it; null where it has another one by that name. */
export function activationOf(name: string, isKeras3: boolean): string | null {
  const other = ACTIVATIONS[name];
  if (other === undefined) return name;
  return other ?? (isKeras3 ? null : name);
}

/** A layer of Keras as TensorFlow.js reads it, which leaves out without a word what it does not know. */
export function rewrittenLayer(className: string, config: Json, isKeras3: boolean): Rewritten {
  const rewrite = REWRITES[className];
  return rewrite === undefined ? { config } : rewrite(config, isKeras3);
}
