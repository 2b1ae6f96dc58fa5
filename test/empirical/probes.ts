/** Uses of every operation of which TensorFlow.js has a gradient, at points where it is smooth. */
import type * as TensorFlow from '@tensorflow/tfjs';

type Core = typeof TensorFlow;
type Tensor = TensorFlow.Tensor;

/** One use of an operation. */
export interface Probe {
  /** Shapes of what it is derived by. */
  readonly shapes: readonly (readonly number[])[];
  /** Where their numbers lie. */
  readonly range: readonly [number, number];
  readonly f: (tf: Core, ...inputs: Tensor[]) => Tensor;
  /** TensorFlow does not have all the ways of TensorFlow.js. */
  readonly isNotOfTensorflow?: boolean;
}

type Map = (tf: Core, x: Tensor) => Tensor;
type Pair = (tf: Core, a: Tensor, b: Tensor) => Tensor;

/** Numbers of both signs. */
export const wide = [-1.5, 1.5] as const;
/** Numbers above 0. */
export const positive = [0.3, 1.7] as const;

/** A map of one tensor. */
export const one = (f: Map, shape: readonly number[] = [2, 3], range: Probe['range'] = wide): Probe => ({
  shapes: [shape],
  range,
  f: (tf, x) => f(tf, x),
});

/** A map of two tensors, of one shape and of shapes that stretch to each other. */
const two = (f: Pair, range: Probe['range'] = positive): readonly Probe[] =>
  [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [
      [1, 3],
      [2, 1],
    ],
    [[], [2, 2]],
  ].map((shapes) => ({ shapes, range, f: (tf, a, b) => f(tf, a, b) }));

/** All axes of a tensor, one by one, and some together. */
const axes = (f: (tf: Core, x: Tensor, axis: number) => Tensor, range?: Probe['range']): readonly Probe[] =>
  [0, 1, 2].flatMap((axis) => [
    one((tf, x) => f(tf, x, axis), [2, 3, 4], range),
    one((tf, x) => f(tf, x, axis), [3, 3, 3], range),
  ]);

/** By the name of the operation, in TensorFlow.js. */
export const PROBES: Readonly<Record<string, readonly Probe[]>> = {
  Abs: [one((tf, x) => tf.abs(x))],
  Acos: [one((tf, x) => tf.acos(x), [2, 3], [-0.8, 0.8])],
  Acosh: [one((tf, x) => tf.acosh(x), [2, 3], [1.5, 3])],
  Add: two((tf, a, b) => tf.add(a, b)),
  AddN: [
    {
      shapes: [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      range: wide,
      f: (tf, ...all) => tf.addN(all),
    },
  ],
  Asin: [one((tf, x) => tf.asin(x), [2, 3], [-0.8, 0.8])],
  Asinh: [one((tf, x) => tf.asinh(x))],
  Atan: [one((tf, x) => tf.atan(x))],
  Atan2: two((tf, a, b) => tf.atan2(a, b)),
  Atanh: [one((tf, x) => tf.atanh(x), [2, 3], [-0.8, 0.8])],
  BatchMatMul: [
    ...[
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ].flatMap(([ta, tb]) => {
      const [a, b] = [ta ? [3, 2] : [2, 3], tb ? [4, 3] : [3, 4]];
      return [
        [a, b],
        [
          [2, ...a],
          [2, ...b],
        ],
        [[2, ...a], b],
        [a, [2, ...b]],
        [
          [2, ...a],
          [1, ...b],
        ],
        [
          [1, ...a],
          [2, ...b],
        ],
        [
          [2, 3, ...a],
          [3, ...b],
        ],
      ].map((shapes): Probe => ({ shapes, range: wide, f: (tf, x, y) => tf.matMul(x, y, ta, tb) }));
    }),
  ],
  BroadcastTo: [
    one((tf, x) => tf.broadcastTo(x, [2, 3, 4]), [3, 1]),
    one((tf, x) => tf.broadcastTo(x, [2, 3, 4]), [2, 1, 4]),
  ],
  Cast: [
    one((tf, x) => tf.cast(x, 'float32')),
    one((tf, x) => tf.mul(tf.cast(tf.cast(x, 'int32'), 'float32'), x), [2, 3], [0.1, 0.9]),
  ],
  ClipByValue: [one((tf, x) => tf.clipByValue(x, -0.5, 0.7), [3, 4])],
  Concat: [0, 1, 2, -1].map(
    (axis): Probe => ({
      shapes: [
        [2, 3, 2],
        [2, 3, 2],
      ],
      range: wide,
      f: (tf, a, b) => tf.concat([a, b], axis),
    }),
  ),
  Cos: [one((tf, x) => tf.cos(x))],
  Cosh: [one((tf, x) => tf.cosh(x))],
  Cumsum: [false, true].flatMap((exclusive) =>
    [false, true].flatMap((reverse) => axes((tf, x, axis) => tf.cumsum(x, axis, exclusive, reverse))),
  ),
  Elu: [one((tf, x) => tf.elu(x), [4, 4])],
  Erf: [one((tf, x) => tf.erf(x))],
  Exp: [one((tf, x) => tf.exp(x))],
  ExpandDims: [one((tf, x) => tf.expandDims(x, 1))],
  Expm1: [one((tf, x) => tf.expm1(x))],
  FloorDiv: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      range: [0.3, 0.9],
      f: (tf, a, b) => tf.mul(tf.floorDiv(a, b), a),
    },
  ],
  GatherV2: [
    ...[0, 1, 2].map((axis) => one((tf, x) => tf.gather(x, tf.tensor1d([1, 0, 1], 'int32'), axis), [2, 3, 4])),
    one((tf, x) => tf.gather(x, tf.tensor2d([1, 0, 1, 1], [2, 2], 'int32'), 1), [2, 3, 4]),
    one((tf, x) => tf.gather(x, tf.tensor2d([1, 0, 1, 1, 2, 2], [2, 3], 'int32'), 1, 1), [2, 3, 4]),
    one((tf, x) => tf.gather(x, tf.tensor2d([1, 0, 1, 1, 2, 2], [2, 3], 'int32'), 2, 1), [2, 3, 4]),
    { ...one((tf, x) => tf.gather(x, tf.tensor1d([1, 0, 1], 'int32'), -1), [2, 3, 4]), isNotOfTensorflow: true },
  ],
  Identity: [one((_, x) => x.clone())],
  LeakyRelu: [one((tf, x) => tf.leakyRelu(x, 0.3))],
  Log: [one((tf, x) => tf.log(x), [2, 3], positive)],
  Log1p: [one((tf, x) => tf.log1p(x), [2, 3], positive)],
  LogSoftmax: [one((tf, x) => tf.logSoftmax(x))],
  Max: [
    ...axes((tf, x, axis) => tf.max(x, axis)),
    ...axes((tf, x, axis) => tf.max(x, axis, true)),
    one((tf, x) => tf.max(x), [2, 3]),
  ],
  Maximum: two((tf, a, b) => tf.maximum(a, b)),
  Mean: [...axes((tf, x, axis) => tf.mean(x, axis)), one((tf, x) => tf.mean(x, [0, 2]), [2, 3, 4])],
  Min: [...axes((tf, x, axis) => tf.min(x, axis)), one((tf, x) => tf.min(x, [0, 2]), [2, 3, 4])],
  Minimum: two((tf, a, b) => tf.minimum(a, b)),
  Mod: two((tf, a, b) => tf.mod(tf.add(tf.mul(a, 0.2), 5), tf.add(tf.mul(b, 0.2), 1.9))),
  Multiply: two((tf, a, b) => tf.mul(a, b)),
  Neg: [one((tf, x) => tf.neg(x))],
  Pack: [0, 1, 2].map(
    (axis): Probe => ({
      shapes: [
        [2, 3],
        [2, 3],
      ],
      range: wide,
      f: (tf, a, b) => tf.stack([a, b], axis),
    }),
  ),
  PadV2: [
    one((tf, x) =>
      tf.pad(
        x,
        [
          [1, 0],
          [2, 3],
        ],
        0.5,
      ),
    ),
  ],
  Pow: two((tf, a, b) => tf.pow(a, b)),
  Prelu: [{ shapes: [[2, 3], [3]], range: wide, f: (tf, x, alpha) => tf.prelu(x, alpha) }],
  Prod: [
    ...axes((tf, x, axis) => tf.prod(x, axis)),
    one((tf, x) => tf.prod(x, [0, 2]), [2, 3, 4]),
    one((tf, x) => tf.prod(x), [2, 3]),
    one((tf, x) => tf.prod(x, -1), [2, 3, 4]),
  ],
  RealDiv: two((tf, a, b) => tf.div(a, b)),
  Reciprocal: [one((tf, x) => tf.reciprocal(x), [2, 3], positive)],
  Relu: [one((tf, x) => tf.relu(x))],
  Relu6: [one((tf, x) => tf.relu6(tf.mul(x, 6)), [3, 4])],
  Reshape: [one((tf, x) => tf.reshape(x, [3, 2]))],
  Reverse: [one((tf, x) => tf.reverse(x, [0, 2]), [2, 3, 4])],
  Rsqrt: [one((tf, x) => tf.rsqrt(x), [2, 3], positive)],
  Select: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      range: wide,
      f: (tf, a, b) => tf.where(tf.tensor2d([1, 0, 1, 0, 0, 1], [2, 3], 'bool'), a, b),
    },
  ],
  Selu: [one((tf, x) => tf.selu(x))],
  Sigmoid: [one((tf, x) => tf.sigmoid(x))],
  Sin: [one((tf, x) => tf.sin(x))],
  Sinh: [one((tf, x) => tf.sinh(x))],
  Slice: [one((tf, x) => tf.slice(x, [0, 1], [2, 2]))],
  Softmax: [one((tf, x) => tf.softmax(x)), one((tf, x) => tf.softmax(x), [2, 3, 4])],
  Softplus: [one((tf, x) => tf.softplus(x))],
  SplitV: [0, 1].map((axis) => one((tf, x) => tf.concat(tf.split(x, 2, axis).toReversed(), axis), [2, 4])),
  Sqrt: [one((tf, x) => tf.sqrt(x), [2, 3], positive)],
  Square: [one((tf, x) => tf.square(x))],
  SquaredDifference: two((tf, a, b) => tf.squaredDifference(a, b)),
  Sub: two((tf, a, b) => tf.sub(a, b)),
  Sum: [...axes((tf, x, axis) => tf.sum(x, axis)), one((tf, x) => tf.sum(x, [0, 2], true), [2, 3, 4])],
  Tan: [one((tf, x) => tf.tan(x), [2, 3], [-1, 1])],
  Tanh: [one((tf, x) => tf.tanh(x))],
  Tile: [
    one((tf, x) => tf.tile(x, [2, 3])),
    one((tf, x) => tf.tile(x, [1, 2, 2]), [2, 2, 3]),
    one((tf, x) => tf.tile(x, [1, 2, 1, 2]), [1, 2, 2, 3]),
  ],
  Transpose: [one((tf, x) => tf.transpose(x, [2, 0, 1]), [2, 3, 4])],
  Unpack: [0, 1].map((axis) => one((tf, x) => tf.stack(tf.unstack(x, axis).toReversed(), axis), [2, 3])),
  UnsortedSegmentSum: [one((tf, x) => tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1], 'int32'), 2), [3, 2])],
};

/** Gradients that are 0 everywhere, or not by numbers. */
export const STEPS = [
  'ArgMax',
  'ArgMin',
  'Ceil',
  'ComplexAbs',
  'Floor',
  'GreaterEqual',
  'IsFinite',
  'IsInf',
  'IsNan',
  'OneHot',
  'OnesLike',
  'Round',
  'Sign',
  'Step',
  'ZerosLike',
];
