import type { DeviceTensor } from '../../../kernels/tfjs/tensorflow/device.js';
import type { TensorflowTensors } from '../../../kernels/tfjs/tensorflow/tensors.js';

/** TensorFlow in double precision, on whatever computes there. */
export interface DeviceSpace {
  /** For records: `TensorFlow 2.20.0, CPU, float64`. */
  readonly name: string;
  /** Whether it has a memory of its own. */
  readonly isGpu: boolean;
  readonly tensors: TensorflowTensors;
}

/** A device that gave something wrong. */
export class WrongResult extends Error {}

/** What went wrong on a device, in one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^Invalid TF_Status: \d+\s*Message:\s*/, '')
    .split('\n')[0]
    .slice(0, 200);
}

/** Reads doubles. */
export function doublesOf({ tensors }: DeviceSpace, x: DeviceTensor): Float64Array {
  const values = tensors.readSync(x);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
