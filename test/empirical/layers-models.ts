/**
 * LayersModels of TensorFlow.js with the weights of finite networks of this package: factors stand in the weights
 * there, outside them here.
 */
import type * as TensorFlow from '@tensorflow/tfjs';
import { finiteNetwork, type LayerWeights, type NdArray, parseArchitecture, type Weights } from '../../src/index.js';
import { fanOf, type WeightsOperation, weightScale, weightsOf } from '../../src/vocabulary/operations.js';

type Core = typeof TensorFlow;

/** tfjs with its layers, in the copy that an engine uses. */
export type Layers = Pick<Core, 'sequential' | 'layers'>;

/** A network, its likeness in TensorFlow.js, and inputs. */
export interface Likeness {
  readonly architecture: ReturnType<typeof parseArchitecture>;
  readonly shape: readonly number[];
  readonly width: number;
  readonly outputs: number;
  readonly build: (layers: Layers) => TensorFlow.Sequential;
}

const network = (layers: readonly object[]) => parseArchitecture({ format: 'ntk-architecture/1', layers });

export const LIKENESSES: Readonly<Record<string, Likeness>> = {
  'fully connected with biases': {
    architecture: network([
      { kind: 'dense', biasStd: 0.3 },
      { kind: 'relu' },
      { kind: 'dense', weightStd: 1.4, biasStd: 0.2 },
      { kind: 'elu' },
      { kind: 'dense', biasStd: 0.1 },
    ]),
    shape: [5],
    width: 9,
    outputs: 3,
    build: ({ sequential, layers }) =>
      sequential({
        layers: [
          layers.dense({ inputShape: [5], units: 9, activation: 'relu' }),
          layers.dropout({ rate: 0.5 }),
          layers.dense({ units: 9, activation: 'elu' }),
          layers.dense({ units: 3 }),
        ],
      }),
  },
  convolutional: {
    architecture: network([
      { kind: 'conv', filter: [3, 3], padding: 'same', biasStd: 0.3 },
      { kind: 'relu' },
      { kind: 'avgPool', window: [2, 2] },
      { kind: 'conv', filter: [2, 3], padding: 'valid', weightStd: 1.4, biasStd: 0.1 },
      { kind: 'relu' },
      { kind: 'flatten' },
      { kind: 'dense', biasStd: 0.5 },
    ]),
    shape: [6, 8, 2],
    width: 4,
    outputs: 2,
    build: ({ sequential, layers }) =>
      sequential({
        layers: [
          layers.conv2d({ inputShape: [6, 8, 2], filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
          layers.averagePooling2d({ poolSize: 2 }),
          layers.conv2d({ filters: 4, kernelSize: [2, 3], activation: 'relu' }),
          layers.flatten(),
          layers.dense({ units: 2 }),
        ],
      }),
  },
};

/**
 * Factors by which the shares of a layer's weights and bias, in the parameterisation of the model, become those of this
 * package.
 */
export interface Factors {
  readonly weights: number;
  readonly bias: number;
}

function kernelOf(operation: WeightsOperation, { matrix }: LayerWeights): Float32Array {
  const [units, fan, scale] = [operation.to.channels, fanOf(operation), weightScale(operation)];
  return Float32Array.from(
    { length: units * fan },
    (_, k) => scale * matrix[(k % units) * fan + Math.floor(k / units)],
  );
}

/** Puts the weights of a finite network into its likeness; gives the factors of its layers by path, in their order. */
export function fill(
  tf: Core,
  model: TensorFlow.LayersModel,
  { architecture, width, outputs }: Likeness,
  x: NdArray,
  weights: Weights,
): ReadonlyMap<string, Factors> {
  const { operations } = finiteNetwork(architecture, x.shape, { width, outputs });
  const trained = weightsOf(operations);
  const arrays = trained.flatMap((operation) => {
    const own = weights.get(operation.path) as LayerWeights;
    const taps = operation.windows?.filter ?? [];
    const b = operation.fields.biasStd;
    return [
      tf.tensor(kernelOf(operation, own), [...taps, operation.from.channels, operation.to.channels]),
      tf.tensor1d(Float32Array.from(own.bias ?? [], (v) => b * v)),
    ];
  });
  model.setWeights(arrays);
  tf.dispose(arrays);
  return new Map(
    trained.map((operation) => [
      operation.path,
      { weights: weightScale(operation) ** 2, bias: operation.fields.biasStd ** 2 },
    ]),
  );
}
