/** An attribute of an operation. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

/** A tensor of TensorFlow as its binding tells of it. */
export interface OutputInfo {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/**
 * The layer of tfjs-node below its JavaScript: TensorFlow's operations by name on numbered tensors.
 *
 * Arrays that are uploaded are shared with TensorFlow where it computes on the processor: they must not be written
 * afterwards. Numbers but int32 go to the device; int32 stay on the host. Reading waits for what is to be read.
 */
export interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_Version?: string;
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array): number;
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): OutputInfo[];
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
}

/** TF_DOUBLE of TensorFlow's C interface, which the binding does not name. */
export const DOUBLE = 2;
