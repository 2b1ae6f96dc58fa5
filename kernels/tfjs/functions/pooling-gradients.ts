import type * as TensorFlow from '@tensorflow/tfjs';
import type { Tensors } from './tfjs.js';

/** One axis of a pooling: windows `stride` apart, the first of them `before` numbers ahead of the input. */
interface Axis {
  readonly size: number;
  readonly windows: number;
  readonly filter: number;
  readonly stride: number;
  readonly before: number;
}

/** What tfjs keeps of an average over windows, of two or three axes. */
type Attributes = Pick<TensorFlow.AvgPoolAttrs, 'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'>;

function flatAxes({ backend_util }: Tensors, shape: readonly number[], attributes: TensorFlow.NamedAttrMap): Axis[] {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as typeof attributes & Attributes;
  const sizes = backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } =
    sizes;
  const { top, left } = padInfo;
  return [
    { size: inHeight, windows: outHeight, filter: filterHeight, stride: strideHeight, before: top },
    { size: inWidth, windows: outWidth, filter: filterWidth, stride: strideWidth, before: left },
  ];
}

function solidAxes({ backend_util }: Tensors, shape: readonly number[], attributes: TensorFlow.NamedAttrMap): Axis[] {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as typeof attributes & TensorFlow.AvgPool3DAttrs;
  const sizes = backend_util.computePool3DInfo(
    shape as [number, number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { inDepth, outDepth, filterDepth, strideDepth } = sizes;
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = sizes;
  const { front, top, left } = sizes.padInfo;
  return [
    { size: inDepth, windows: outDepth, filter: filterDepth, stride: strideDepth, before: front },
    { size: inHeight, windows: outHeight, filter: filterHeight, stride: strideHeight, before: top },
    { size: inWidth, windows: outWidth, filter: filterWidth, stride: strideWidth, before: left },
  ];
}

/** From the first number of the first window to the last of the last. */
const reachOf = ({ windows, filter, stride }: Axis): number => (windows - 1) * stride + filter;

/** For each window of an axis: numbers of its filter, by those of them that lie in the input. */
function shares({ size, windows, filter, stride, before }: Axis): readonly number[] {
  return Array.from({ length: windows }, (_, k) => {
    const start = k * stride - before;
    return filter / Math.max(1, Math.min(size, start + filter) - Math.max(0, start));
  });
}

/**
 * The gradient of averages over windows that may reach beyond the input, from the one of tfjs for windows that do not.
 *
 * At the edges the function divides by the numbers that a window has, the gradients of all backends but TensorFlow by
 * those of its filter.
 */
export function averageGradient(tf: Tensors, config: TensorFlow.GradConfig): TensorFlow.GradConfig {
  const gradFunc: TensorFlow.GradFunc = (dy, saved, attributes) => {
    const { shape } = saved[0];
    const [count, channels] = [shape[0], shape[shape.length - 1]];
    const axes = (config.kernelName === 'AvgPool' ? flatAxes : solidAxes)(tf, shape, attributes);
    const isInside = axes.every((axis) => axis.before === 0 && reachOf(axis) <= axis.size);
    if (isInside || Array.isArray(dy)) return config.gradFunc(dy, saved, attributes);
    const x = (): TensorFlow.Tensor => {
      const factors = axes
        .map(shares)
        .reduce<readonly number[]>((all, one) => all.flatMap((a) => one.map((b) => a * b)), [1]);
      const scaled = tf.mul(dy, tf.tensor(factors, [1, ...axes.map(({ windows }) => windows), 1]));
      const reach = tf.zeros([count, ...axes.map(reachOf), channels]);
      const { dimRoundingMode: _, ...rest } = attributes;
      const whole = config.gradFunc(scaled, [reach], { ...rest, pad: 'valid' }).x();
      const held = axes.map((axis) => Math.min(axis.size, reachOf(axis) - axis.before));
      const part = tf.slice(whole, [0, ...axes.map(({ before }) => before), 0], [count, ...held, channels]);
      return tf.pad(part, [[0, 0], ...axes.map(({ size }, k): [number, number] => [0, size - held[k]]), [0, 0]]);
    };
    return { x };
  };
  return { ...config, gradFunc };
}

/** Sizes of a pooling, as tfjs works them out. */
type PoolSizes = ReturnType<Tensors['backend_util']['computePool2DInfo']>;

/** Signals of windows `[count, rows, columns, channels]` at their largest numbers; of equal ones the first has it. */
export function largestGradients(x: Float32Array, dy: Float32Array, sizes: PoolSizes): Float32Array {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = sizes;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = sizes;
  const out = new Float32Array(x.length);
  for (let place = 0; place < batchSize * outHeight * outWidth; place++) {
    const image = Math.floor(place / (outHeight * outWidth));
    const top = (Math.floor(place / outWidth) % outHeight) * strideHeight - padInfo.top;
    const left = (place % outWidth) * strideWidth - padInfo.left;
    const [bottom, right] = [Math.min(inHeight, top + filterHeight), Math.min(inWidth, left + filterWidth)];
    for (let c = 0; c < inChannels; c++) {
      let best = -1;
      for (let row = Math.max(0, top); row < bottom; row++) {
        for (let column = Math.max(0, left); column < right; column++) {
          const at = ((image * inHeight + row) * inWidth + column) * inChannels + c;
          if (best < 0 || x[at] > x[best]) best = at;
        }
      }
      if (best >= 0) out[best] += dy[place * inChannels + c];
    }
  }
  return out;
}
