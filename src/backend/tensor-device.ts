import type * as TensorFlow from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { RowTask } from './tasks.js';

/** tfjs on the device of this engine. */
export interface TensorDevice {
  readonly tf: typeof import('@tensorflow/tfjs-core');
  /** The kernel of a task with one output, from unit rows on the device: `[n, m]`. */
  kernel(task: RowTask, unitX: Tensor2D, unitZ: Tensor2D): Tensor2D;
}

/** A tfjs with one of its backends. */
export interface TensorEngine {
  readonly kind: 'tfjs' | 'tensorflow';
  /** Its core; nothing beyond it is loaded. */
  readonly tf: typeof TensorFlow;
  readonly version: string;
  /** Name of an accelerator with a memory of its own; null where the processor computes. */
  readonly device: string | null;
  /** Makes its backend the one of this tfjs: to be called before each group of operations, since jobs take turns. */
  use(): void;
  /** Loads its layers, of which saved models are made. */
  layers(): Pick<typeof TensorFlow, 'loadLayersModel' | 'layers'>;
}
