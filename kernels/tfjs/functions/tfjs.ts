import type * as TensorFlow from '@tensorflow/tfjs';

/** A whole tfjs, with its gradients; every copy of it offers the same. */
export type Tensors = typeof TensorFlow;
/** A tensor of a tfjs. */
export type Tensor = TensorFlow.Tensor;
