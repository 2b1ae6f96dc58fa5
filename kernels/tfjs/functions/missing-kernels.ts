import type * as TensorFlow from '@tensorflow/tfjs';
import { largestGradients } from './pooling-gradients.js';
import type { Tensors } from './tfjs.js';

/** The part of a tfjs backend that hands numbers over. */
type Numbers = Pick<TensorFlow.KernelBackend, 'readSync' | 'write' | 'disposeData'>;

/**
 * A kernel of the plain backend for the one in WebAssembly: inputs come over when they are asked for, outputs are
 * handed back.
 */
function lent(tf: Tensors, kernel: TensorFlow.KernelConfig): TensorFlow.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const plain: Numbers = tf.findBackend('cpu');
    const own = backend as Numbers;
    const made = kernel.kernelFunc({ inputs, attrs: attrs ?? {}, backend: plain });
    const handed = [made].flat().map(({ dataId, shape, dtype }): TensorFlow.TensorInfo => {
      // A kernel that gives back what went in has nothing to hand over.
      if (Object.values(inputs).some((input) => [input].flat().some((one) => one?.dataId === dataId))) {
        return { dataId, shape, dtype };
      }
      const values = plain.readSync(dataId);
      plain.disposeData(dataId, true);
      return { dataId: own.write(values, shape, dtype), shape, dtype };
    });
    return Array.isArray(made) ? handed : handed[0];
  };
}

/** Sizes of a convolution, as tfjs works them out. */
type ConvolutionSizes = ReturnType<Tensors['backend_util']['computeConv2DInfo']>;

/** Derivatives by a filter `[h, w, channels, units]`: for each tap the sum over outputs of input times signal. */
function filterGradients(x: Float32Array, dy: Float32Array, sizes: ConvolutionSizes): Float32Array {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = sizes;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = sizes;
  const out = new Float32Array(filterHeight * filterWidth * inChannels * outChannels);
  for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
    const down = Math.floor(tap / filterWidth) * dilationHeight - padInfo.top;
    const right = (tap % filterWidth) * dilationWidth - padInfo.left;
    for (let place = 0; place < batchSize * outHeight * outWidth; place++) {
      const row = (Math.floor(place / outWidth) % outHeight) * strideHeight + down;
      const column = (place % outWidth) * strideWidth + right;
      if (row < 0 || row >= inHeight || column < 0 || column >= inWidth) continue;
      const image = Math.floor(place / (outHeight * outWidth));
      const from = ((image * inHeight + row) * inWidth + column) * inChannels;
      const signal = place * outChannels;
      for (let c = 0; c < inChannels; c++) {
        const value = x[from + c];
        const to = (tap * inChannels + c) * outChannels;
        for (let u = 0; u < outChannels; u++) out[to + u] += value * dy[signal + u];
      }
    }
  }
  return out;
}

/** What tfjs gives to the kernel of these derivatives. */
interface FilterAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly filterShape: [number, number, number, number];
}

/** The kernel of these derivatives: the plain one of tfjs takes ten times as long. */
function filterKernel(tf: Tensors, plain: TensorFlow.KernelConfig): TensorFlow.KernelFunc {
  const other = lent(tf, plain);
  return (params) => {
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = (params.attrs ?? {}) as typeof params.attrs &
      FilterAttributes;
    if (dataFormat !== 'NHWC') return other(params);
    const own = params.backend as Numbers;
    const { x, dy } = params.inputs as Record<'x' | 'dy', TensorFlow.TensorInfo>;
    const shape = x.shape as [number, number, number, number];
    const sizes = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode);
    const read = ({ dataId }: TensorFlow.TensorInfo): Float32Array => own.readSync(dataId) as Float32Array;
    const values = filterGradients(read(x), read(dy), sizes);
    return { dataId: own.write(values, filterShape, 'float32'), shape: filterShape, dtype: 'float32' };
  };
}

/** What tfjs gives to the kernel of derivatives of the largest number of windows. */
type LargestAttributes = Pick<TensorFlow.MaxPoolGradAttrs, 'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'>;

/** Derivatives of the largest number of windows: those of WebAssembly lack windows without a positive number. */
function largestKernel(tf: Tensors): TensorFlow.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const { filterSize, strides, pad, dimRoundingMode } = (attrs ?? {}) as typeof attrs & LargestAttributes;
    const own = backend as Numbers;
    const { input, dy } = inputs as Record<'input' | 'dy', TensorFlow.TensorInfo>;
    const shape = input.shape as [number, number, number, number];
    const sizes = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const read = ({ dataId }: TensorFlow.TensorInfo): Float32Array => own.readSync(dataId) as Float32Array;
    const values = largestGradients(read(input), read(dy), sizes);
    return { dataId: own.write(values, shape, 'float32'), shape, dtype: 'float32' };
  };
}

/** Kernels of WebAssembly that give wrong numbers, by why, and what takes their place. */
const WRONG: Readonly<
  Record<string, (tf: Tensors, plain: TensorFlow.KernelConfig, own: TensorFlow.KernelConfig) => TensorFlow.KernelFunc>
> = {
  // Largest numbers of windows begin at the smallest positive one.
  MaxPoolGrad: largestKernel,
  MaxPool3D: lent,
  MaxPool3DGrad: lent,
  Dilation2D: lent,
  Dilation2DBackpropInput: lent,
  Dilation2DBackpropFilter: lent,
  // Padded inputs are shifted.
  Conv3DBackpropInputV2: lent,
  // All examples take the indices of the first.
  GatherV2: batchedGather,
};

/** Gathers by indices of each example as the plain kernel does. */
function batchedGather(
  tf: Tensors,
  plain: TensorFlow.KernelConfig,
  own: TensorFlow.KernelConfig,
): TensorFlow.KernelFunc {
  const other = lent(tf, plain);
  return (params) => {
    const { batchDims } = (params.attrs ?? {}) as typeof params.attrs & TensorFlow.GatherV2Attrs;
    return (batchDims === 0 ? own.kernelFunc : other)(params);
  };
}

const mended = new WeakSet<TensorFlow.KernelFunc>();

/** Takes the plain kernels for those of WebAssembly that are wrong. */
function mendKernels(tf: Tensors): void {
  for (const [kernelName, mend] of Object.entries(WRONG)) {
    const [own, plain] = ['wasm', 'cpu'].map(
      (name) => tf.getKernel(kernelName, name) as TensorFlow.KernelConfig | undefined,
    );
    if (own === undefined || plain === undefined || mended.has(own.kernelFunc)) continue;
    const kernelFunc = mend(tf, plain, own);
    mended.add(kernelFunc);
    // tfjs warns where a kernel is registered twice.
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ ...own, kernelFunc });
  }
}

/** Makes the plain backend say what it says on its first use, unheard. */
function wake(tf: Tensors): void {
  const before = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  const plain: Numbers = tf.findBackend('cpu');
  plain.disposeData(plain.write(new Float32Array(1), [1], 'float32'), true);
  tf.env().set('PROD', before);
}

/**
 * Gives the WebAssembly backend the kernels that only the plain one has, derivatives of convolutions among them, or
 * that are right only there.
 *
 * They run in JavaScript; all others stay what they are.
 */
export function addMissingKernels(tf: Tensors): void {
  const known = new Set(tf.getKernelsForBackend('wasm').map(({ kernelName }) => kernelName));
  const missing = tf.getKernelsForBackend('cpu').filter(({ kernelName }) => !known.has(kernelName));
  if (missing.length > 0) wake(tf);
  mendKernels(tf);
  for (const kernel of missing) {
    const make = kernel.kernelName === 'Conv2DBackpropFilter' ? filterKernel : lent;
    tf.registerKernel({ kernelName: kernel.kernelName, backendName: 'wasm', kernelFunc: make(tf, kernel) });
  }
}
