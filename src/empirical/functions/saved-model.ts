import type { Variable } from '@tensorflow/tfjs-core';
import { openTensorEngine } from '../../backend/select.js';
import type { TensorEngine } from '../../backend/tensor-device.js';
import { readableBytes } from '../../data/budget.js';
import { type ReadFile, readModelFiles } from '../../data/model-files.js';
import { MemoryError } from '../../errors.js';
import { COMPUTE_DEFAULTS } from '../../kernel/defaults.js';
import { residentBytes } from '../../platform/memory.js';
import type { TensorFunction } from './types.js';

/** The outputs of all layers are there once forward, and once as what is derived by them. */
const PASSES = 2;

/** Where the tensors of a model live. */
export interface ModelOptions {
  /** `tensorflow` by tfjs-node, or `tfjs`, its own WebAssembly; `auto` takes the first where it has a GPU. [auto] */
  readonly backend?: 'auto' | 'tfjs' | 'tensorflow';
  /** Bytes that its weights may take. [no limit] */
  readonly memory?: number;
  /** Aborts the reading with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** A saved model as a function of tensors, for `functionKernel`. */
export interface SavedModel {
  /** tfjs, with its backend chosen: make the inputs with it. */
  readonly tf: TensorEngine['tf'];
  /**
   * The outputs `[n, o]` of inputs `[n, ...]` as the model predicts them: dropout is off, batch normalisation takes its
   * stored means.
   */
  readonly f: TensorFunction;
  /** What is trained of it. */
  readonly variables: readonly Variable[];
  /** Sizes of an input; null where any will do. */
  readonly inputShape: readonly (number | null)[];
  /** Numbers of all its arrays, those too that are not trained. */
  readonly parameters: number;
  /** `model.json`, then the files of its weights. */
  readonly files: readonly ReadFile[];
  /** Gives its memory back. */
  dispose(): void;
}

/** A model with the engine that holds it. */
export interface OpenedModel extends SavedModel {
  readonly engine: TensorEngine;
}

/** Opens a saved model, with its engine. */
export async function openModel(
  path: string,
  { backend = COMPUTE_DEFAULTS.backend, memory, signal }: ModelOptions,
): Promise<OpenedModel> {
  const files = await readModelFiles(path, { ...(memory === undefined ? {} : { memoryLimit: memory }), signal });
  const engine = await openTensorEngine(backend);
  const { loadModel } = await import('../../../kernels/tfjs/functions/model.js');
  const { exampleBytes, ...model } = await loadModel(engine, files);
  const need = residentBytes() + PASSES * exampleBytes;
  if (memory !== undefined && need > memory) {
    model.dispose();
    throw new MemoryError(
      `--memory: the computation needs about ${readableBytes(need)} for the outputs of the layers of ${path} ` +
        `alone, got a promise of ${readableBytes(memory)}. Raise --memory, or choose a smaller model.`,
    );
  }
  return { ...model, files: files.files, tf: engine.tf, engine };
}

/**
 * Reads a LayersModel that TensorFlow.js has saved, from `model.json` and the files beside it:
 * `functionKernel(model.f, model.variables, x)` is its NTK.
 *
 * @throws DataError for files that are no such model, several inputs or outputs, or outputs that are no rows;
 * MemoryError for weights that take more than `memory`; BackendError where there is no tfjs
 */
export async function readModel(path: string, options: ModelOptions = {}): Promise<SavedModel> {
  const { engine: _, ...model } = await openModel(path, options);
  return model;
}
