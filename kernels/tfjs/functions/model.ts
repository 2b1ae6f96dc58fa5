import type * as TensorFlow from '@tensorflow/tfjs';
import type { TensorEngine } from '../../../src/backend/tensor-device.js';
import type { ModelFiles } from '../../../src/data/model-files.js';
import { DataError, isNtkError } from '../../../src/errors.js';
import { complaint, reasonOf } from '../../../src/message.js';
import { resizeAsKeras } from './keras-resizing.js';
import { kerasVersion, rewrittenModel } from './keras-topology.js';
import { withinParameters } from './parameter-count.js';
import type { Tensor } from './tfjs.js';

/** A saved model as a function of tensors. */
export interface LoadedModel {
  /** The outputs `[n, o]` of inputs `[n, ...]`, as the model gives them when it is not being trained. */
  readonly f: (x: Tensor) => Tensor;
  /** What is trained of it. */
  readonly variables: readonly TensorFlow.Variable[];
  /** Sizes of an input; null where any will do. */
  readonly inputShape: readonly (number | null)[];
  /** Numbers of all its arrays, those too that are not trained. */
  readonly parameters: number;
  /** Bytes of the outputs of all layers for one example, as far as their sizes are known. */
  readonly exampleBytes: number;
  /** Gives its memory back. */
  dispose(): void;
}

const NO_CODE = /unknown (layer|initializer|constraint|regularizer|activation)/i;

/** What is wrong with a model that cannot be built, and what mends it. */
function unbuilt({ topology, files: [{ path }] }: ModelFiles, error: unknown): DataError {
  const deep = error instanceof RangeError && /call stack/.test(error.message);
  const got = (deep ? 'more layers behind each other than it can follow' : reasonOf(error))
    .split('\n')[0]
    .replace(/\.( This may be due to.*)?$/, '');
  const why = (rule: string, remedy: string): DataError =>
    new DataError(complaint(path, rule, got, remedy), { cause: error });
  if (NO_CODE.test(got)) {
    return why('must hold only layers that TensorFlow.js has itself', 'Save it again, without custom layers.');
  }
  const version = kerasVersion(topology);
  if (version.startsWith('3')) {
    const rule = `must be of Keras 2, which TensorFlow.js reads, and is of Keras ${version}`;
    return why(rule, 'Save it with TF_USE_LEGACY_KERAS=1, and convert that.');
  }
  return why('must be a model that TensorFlow.js can build', 'Save or convert it again.');
}

async function build(
  engine: TensorEngine,
  { topology: whole, entries: all, data, files }: ModelFiles,
): Promise<TensorFlow.LayersModel> {
  const { topology, entries } = rewrittenModel(files[0].path, whole, all);
  // The manifest was checked as it was read; what else its entries hold is for tfjs.
  const weightSpecs = entries as TensorFlow.io.WeightsManifestEntry[];
  const load = async (): Promise<TensorFlow.io.ModelArtifacts> => ({
    modelTopology: topology,
    weightSpecs,
    weightData: data,
  });
  const layers = engine.layers();
  const model = await withinParameters(layers.layers.Layer, entries, files[0].path, () =>
    layers.loadLayersModel({ load }),
  );
  if (!kerasVersion(whole).startsWith('tfjs')) resizeAsKeras(engine, model);
  return model;
}

function checkEnds(path: string, { inputs, outputs }: TensorFlow.LayersModel): void {
  const text = (all: readonly { readonly shape: readonly unknown[] }[]): string =>
    all.map(({ shape }) => `[${shape.map((size) => size ?? 'n').join(', ')}]`).join(' and ');
  if (inputs.length !== 1 || outputs.length !== 1) {
    const rule = 'must have one input and one output';
    const remedy = 'Save the part of the model between one input and one output.';
    throw new DataError(complaint(path, rule, `inputs ${text(inputs)}, outputs ${text(outputs)}`, remedy));
  }
  if (outputs[0].shape.length === 2) return;
  const remedy = 'Add a flatten layer to its end, or take the layers before it.';
  throw new DataError(complaint(path, 'must give one row of outputs an example, [n, o]', text(outputs), remedy));
}

/**
 * A LayersModel from its files, in the tfjs of the engine.
 *
 * Dropout and noise are off, and batch normalisation takes its stored means, as when the model predicts.
 * @throws DataError for layers that tfjs does not know, weights that do not fit them, several inputs or outputs, or
 * outputs that are no rows
 */
export async function loadModel(engine: TensorEngine, files: ModelFiles): Promise<LoadedModel> {
  const [{ path }] = files.files;
  engine.use();
  let model: TensorFlow.LayersModel | null = null;
  try {
    model = await build(engine, files);
    checkEnds(path, model);
    // Some models are put together only when their weights are asked for.
    return loadedOf(model);
  } catch (error) {
    model?.dispose();
    if (isNtkError(error)) throw error;
    throw unbuilt(files, error);
  }
}

/** A layer without weights can have outputs of any size: they are counted before one is made. */
function outputBytes({ layers }: TensorFlow.LayersModel): number {
  return layers.reduce((sum, layer) => {
    const inner = 'layers' in layer ? outputBytes(layer as TensorFlow.LayersModel) : 0;
    return (
      sum +
      inner +
      shapesOf(layer.outputShape).reduce(
        (bytes, shape) => bytes + 4 * shape.reduce<number>((a, b) => a * (b ?? 1), 1),
        0,
      )
    );
  }, 0);
}

function shapesOf(shape: TensorFlow.Shape | TensorFlow.Shape[]): readonly TensorFlow.Shape[] {
  return shape.some(Array.isArray) ? (shape as TensorFlow.Shape[]) : [shape as TensorFlow.Shape];
}

function loadedOf(built: TensorFlow.LayersModel): LoadedModel {
  const arrays = built.weights.map((weight) => weight.read() as TensorFlow.Variable);
  return {
    f: (x) => built.apply(x, { training: false }) as Tensor,
    variables: built.trainableWeights.map((weight) => weight.read() as TensorFlow.Variable),
    inputShape: built.inputs[0].shape.slice(1),
    parameters: built.countParams(),
    exampleBytes: outputBytes(built),
    dispose: () => {
      built.dispose();
      // tfjs keeps those of layers that a model uses twice, or inside another model.
      for (const array of arrays) if (!array.isDisposed) array.dispose();
    },
  };
}
