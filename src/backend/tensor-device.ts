import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { KernelTask } from './contract.js';

/** tfjs on the device of this engine. */
export interface TensorDevice {
  readonly tf: typeof import('@tensorflow/tfjs-core');
  /** The kernel of a task with one output, from unit rows on the device: `[n, m]`. */
  kernel(task: KernelTask, unitX: Tensor2D, unitZ: Tensor2D): Tensor2D;
}
