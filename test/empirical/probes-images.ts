/** Uses of the operations on images of which TensorFlow.js has a gradient. */
import type * as TensorFlow from '@tensorflow/tfjs';
import { one, type Probe, positive, wide } from './probes.js';

type Core = typeof TensorFlow;
type Tensor = TensorFlow.Tensor;

const image = (x: Tensor): TensorFlow.Tensor4D => x as TensorFlow.Tensor4D;
const solid = (x: Tensor): TensorFlow.Tensor5D => x as TensorFlow.Tensor5D;

/** All ways of resizing, up and down. */
const resized = (
  f: (tf: Core, x: Tensor, size: [number, number], corners: boolean, half: boolean) => Tensor,
): Probe[] =>
  [
    [3, 4],
    [6, 8],
    [5, 7],
    [2, 3],
    [4, 1],
    [1, 9],
  ].flatMap(([h, w]) =>
    [
      [false, false],
      [true, false],
      [false, true],
    ].flatMap(([corners, half]) => [
      one((tf, x) => f(tf, x, [h, w], corners, half), [2, 3, 4, 2]),
      one((tf, x) => f(tf, x, [w, h], corners, half), [1, 5, 2, 1]),
    ]),
  );

const conv = (strides: number, pad: 'same' | 'valid' | number, shape = [2, 5, 4, 2]): Probe => ({
  shapes: [shape, [3, 2, 2, 3]],
  range: wide,
  f: (tf, x, w) => tf.conv2d(image(x), image(w), strides, pad),
});

const depthwise = (strides: number, pad: 'same' | 'valid'): Probe => ({
  shapes: [
    [2, 5, 4, 3],
    [3, 2, 3, 2],
  ],
  range: wide,
  f: (tf, x, w) => tf.depthwiseConv2d(image(x), image(w), strides, pad),
});

const norm = (rank: number): Probe => ({
  shapes: [[2, 3, 2, 4].slice(4 - rank), [4], [4], [4], [4]],
  range: positive,
  f: (tf, x, mean, variance, offset, scale) =>
    tf.batchNorm(
      x,
      mean as TensorFlow.Tensor1D,
      variance as TensorFlow.Tensor1D,
      offset as TensorFlow.Tensor1D,
      scale as TensorFlow.Tensor1D,
    ),
});

const mirrored = (mode: 'reflect' | 'symmetric'): readonly Probe[] => [
  one(
    (tf, x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [2, 1],
          [1, 2],
          [0, 0],
        ],
        mode,
      ),
    [2, 3, 4, 2],
  ),
  one(
    (tf, x) =>
      tf.mirrorPad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        mode,
      ),
    [2, 3],
  ),
  one((tf, x) => tf.mirrorPad(x, [[3, 3]], mode), [4]),
];

/** By the name of the operation, in TensorFlow.js. */
export const IMAGE_PROBES: Readonly<Record<string, readonly Probe[]>> = {
  AvgPool: [1, 2].flatMap((stride) =>
    (['same', 'valid'] as const).map((pad) => one((tf, x) => tf.avgPool(image(x), 3, stride, pad), [2, 5, 4, 2])),
  ),
  AvgPool3D: (['same', 'valid'] as const).map((pad) =>
    one((tf, x) => tf.avgPool3d(solid(x), 2, 1, pad), [2, 3, 2, 4, 2]),
  ),
  BatchToSpaceND: [
    one(
      (tf, x) =>
        tf.batchToSpaceND(
          x,
          [2, 2],
          [
            [0, 1],
            [1, 0],
          ],
        ),
      [4, 2, 3, 2],
    ),
  ],
  Conv2D: [
    conv(1, 'same'),
    conv(2, 'same'),
    conv(1, 'valid'),
    conv(2, 'valid'),
    {
      ...conv(1, 1),
      isNotOfTensorflow: true,
      shapes: [
        [2, 5, 4, 2],
        [3, 3, 2, 3],
      ],
    },
    {
      shapes: [
        [1, 4, 4, 2],
        [1, 1, 2, 3],
      ],
      range: wide,
      f: (tf, x, w) => tf.conv2d(image(x), image(w), 1, 'same'),
    },
  ],
  Conv2DBackpropInput: (
    [
      [1, 'same'],
      [2, 'same'],
      [1, 'valid'],
      [2, 'valid'],
    ] as const
  ).map(
    ([strides, pad]): Probe => ({
      shapes: [
        [2, 3, 3, 3],
        [2, 2, 2, 3],
      ],
      range: wide,
      f: (tf, x, w) => {
        const size = pad === 'same' ? 3 * strides : 2 + 2 * strides;
        return tf.conv2dTranspose(image(x), image(w), [2, size, size, 2], strides, pad);
      },
    }),
  ),
  Conv3D: (['same', 'valid'] as const).map(
    (pad): Probe => ({
      shapes: [
        [1, 3, 3, 4, 2],
        [2, 2, 2, 2, 2],
      ],
      range: wide,
      f: (tf, x, w) => tf.conv3d(solid(x), solid(w), 1, pad),
    }),
  ),
  DepthwiseConv2dNative: [depthwise(1, 'same'), depthwise(2, 'same'), depthwise(1, 'valid'), depthwise(2, 'valid')],
  Dilation2D: [
    {
      shapes: [
        [1, 4, 4, 2],
        [2, 2, 2],
      ],
      range: wide,
      f: (tf, x, w) => tf.dilation2d(image(x), w as TensorFlow.Tensor3D, 1, 'same'),
    },
  ],
  FusedBatchNorm: [norm(2), norm(3), norm(4)],
  LRN: [one((tf, x) => tf.localResponseNormalization(image(x), 2, 1, 0.5, 0.6), [1, 2, 2, 6])],
  MaxPool: [1, 2].flatMap((stride) =>
    (['same', 'valid'] as const).map((pad) => one((tf, x) => tf.maxPool(image(x), 3, stride, pad), [2, 5, 4, 2])),
  ),
  MaxPool3D: (['same', 'valid'] as const).map((pad) =>
    one((tf, x) => tf.maxPool3d(solid(x), 2, 1, pad), [2, 3, 2, 4, 2]),
  ),
  MirrorPad: [...mirrored('reflect'), ...mirrored('symmetric')].slice(0, 5),
  ResizeBilinear: resized((tf, x, size, corners, half) => tf.image.resizeBilinear(image(x), size, corners, half)),
  ResizeNearestNeighbor: resized((tf, x, size, corners, half) =>
    tf.image.resizeNearestNeighbor(image(x), size, corners, half),
  ),
  SpaceToBatchND: [
    one(
      (tf, x) =>
        tf.spaceToBatchND(
          x,
          [2, 2],
          [
            [1, 0],
            [0, 1],
          ],
        ),
      [1, 3, 5, 2],
    ),
  ],
};
