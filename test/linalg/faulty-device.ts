import type { Binding, OutputInfo } from '../../kernels/tfjs/tensorflow/binding.js';
import { TensorflowDevice } from '../../kernels/tfjs/tensorflow/device.js';
import { PASSAGES, type PassageName } from '../../kernels/tfjs/tensorflow/float64.js';
import { TensorflowTensors } from '../../kernels/tfjs/tensorflow/tensors.js';
import type { DeviceSpace } from '../../src/linalg/device/space.js';

/** What becomes of a call of an operation: its outputs, or an error. */
export type Fault = (outputs: () => OutputInfo[], device: TensorflowDevice) => OutputInfo[];

/** A device some of whose operations fail, and how often each was called. */
export interface Faulty {
  readonly space: DeviceSpace;
  readonly calls: ReadonlyMap<string, number>;
}

/** As TensorFlow says that its memory does not do. */
export const outOfMemory: Fault = () => {
  throw new Error('Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[9,9] and type double\nmore');
};

/** As TensorFlow says that a device has no such operation. */
export const noKernel: Fault = () => {
  throw new Error("Invalid TF_Status: 12\nMessage: No OpKernel registered to support Op 'X' with these attributes");
};

/** The first output wrong by a share of it; the other ones as they are. */
export function wrongBy(share: number): Fault {
  return (outputs, device) => {
    const [first, ...rest] = outputs();
    const number = device.binding.createTensor([], device.binding.TF_FLOAT, Float32Array.of(share));
    const [double] = device.binding.executeOp('Cast', [device.type('DstT', 2)], [number], 1);
    const [error] = device.binding.executeOp('Mul', [], [first.id, double.id], 1);
    const [wrong] = device.binding.executeOp('AddV2', [], [first.id, error.id], 1);
    for (const id of [first.id, number, double.id, error.id]) device.binding.deleteTensor(id);
    return [wrong, ...rest];
  };
}

/** TensorFlow with faults in operations by their names, from a call on [the first]. */
export function faulty(
  { tensors: { device }, ...facts }: DeviceSpace,
  faults: Readonly<Record<string, Fault>>,
  from = 1,
  passage: PassageName = 'bits',
): Faulty {
  const real = device.binding;
  const calls = new Map<string, number>();
  const executeOp: Binding['executeOp'] = (name, ...rest) => {
    const count = (calls.get(name) ?? 0) + 1;
    calls.set(name, count);
    const outputs = (): OutputInfo[] => real.executeOp(name, ...rest);
    const fault = faults[name];
    return fault === undefined || count < from ? outputs() : fault(outputs, device);
  };
  // Its constants are not to be listed, but inherited.
  const binding: Binding = Object.create(real, {
    createTensor: { value: (...args: Parameters<Binding['createTensor']>) => real.createTensor(...args) },
    deleteTensor: { value: (id: number) => real.deleteTensor(id) },
    tensorDataSync: { value: (id: number) => real.tensorDataSync(id) },
    executeOp: { value: executeOp },
  });
  const way = PASSAGES.find(({ name }) => name === passage) ?? PASSAGES[0];
  return { space: { ...facts, tensors: new TensorflowTensors(new TensorflowDevice(binding), way) }, calls };
}
