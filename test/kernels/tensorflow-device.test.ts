import type { Binding, OutputInfo } from '../../kernels/tfjs/tensorflow/binding.js';
import { type DeviceTensor, TensorflowDevice } from '../../kernels/tfjs/tensorflow/device.js';
import { passageFor } from '../../kernels/tfjs/tensorflow/float64.js';
import { TensorflowTensors } from '../../kernels/tfjs/tensorflow/tensors.js';
import { BackendError, InternalError } from '../../src/index.js';
import { describe, expect, test } from '../jest.js';

/** A binding that counts: what it computes is the first input, and what is given back twice is an error. */
class Counting implements Binding {
  readonly TF_FLOAT = 1;
  readonly TF_INT32 = 3;
  readonly TF_BOOL = 10;
  readonly TF_ATTR_TYPE = 6;
  readonly TF_ATTR_BOOL = 7;
  readonly TF_ATTR_INT = 4;
  readonly TF_ATTR_STRING = 1;
  readonly held = new Map<number, readonly number[]>();
  /** Operations that are still done. */
  left = Infinity;
  #next = 0;

  createTensor(shape: readonly number[]): number {
    this.held.set(this.#next, shape);
    return this.#next++;
  }

  executeOp(name: string, _attributes: unknown, inputs: readonly number[], outputs: number): OutputInfo[] {
    this.left -= 1;
    if (this.left < 0) throw new Error(`no memory for ${name}`);
    const shape = [...(this.held.get(inputs[0]) ?? [])];
    return Array.from({ length: outputs }, () => ({ id: this.createTensor(shape), shape, dtype: 1 }));
  }

  deleteTensor(id: number): void {
    if (!this.held.delete(id)) throw new Error(`tensor ${id} is not held`);
  }

  tensorDataSync(id: number): Float32Array {
    return new Float32Array((this.held.get(id) ?? []).reduce((product, n) => product * n, 1));
  }
}

function opened(): {
  readonly binding: Counting;
  readonly device: TensorflowDevice;
  readonly make: () => DeviceTensor;
} {
  const binding = new Counting();
  const device = new TensorflowDevice(binding);
  return { binding, device, make: () => device.upload(new Float32Array(2), [2]) };
}

describe('a scope', () => {
  test('gives back all but what it returns, wherever that stands', () => {
    const { binding, device, make } = opened();
    const result = device.tidy(() => {
      make();
      const [a, b, c] = [make(), make(), make()];
      make();
      return { list: [a, null, 3], inner: { b, text: 'b', numbers: new Float64Array(3) }, c };
    });
    expect(binding.held.size).toBe(3);
    expect(device.counts.tensors).toBe(3);
    const [first] = result.list;
    expect([...binding.held.keys()]).toEqual([first, result.inner.b, result.c].map((t) => (t as DeviceTensor).id));
  });

  test('hands what it returns to the scope around', () => {
    const { binding, device, make } = opened();
    const kept = device.tidy(() => {
      const inner = device.tidy(() => [make(), make()]);
      expect(binding.held.size).toBe(2);
      return inner[1];
    });
    expect([...binding.held.keys()]).toEqual([kept.id]);
  });

  test('gives back all where it is left by an error, at every depth', () => {
    const { binding, device, make } = opened();
    const before = make();
    expect(() =>
      device.tidy(() => {
        make();
        device.tidy(() => {
          make();
          throw new RangeError('here');
        });
      }),
    ).toThrow(RangeError);
    expect([...binding.held.keys()]).toEqual([before.id]);
    // What comes now is in no scope.
    make();
    expect(binding.held.size).toBe(2);
  });

  test('does not give back twice what was given back in it', () => {
    const { binding, device, make } = opened();
    device.tidy(() => {
      const tensor = make();
      tensor.dispose();
      tensor.dispose();
    });
    expect([binding.held.size, device.counts.tensors]).toEqual([0, 0]);
  });

  test('ends on values that hold themselves', () => {
    const { binding, device, make } = opened();
    const result: { self?: unknown; tensor?: DeviceTensor } = {};
    device.tidy(() => {
      result.self = result;
      result.tensor = make();
      return result;
    });
    expect(binding.held.size).toBe(1);
  });
});

describe('constants', () => {
  test('outlive every scope and are counted apart', () => {
    const { binding, device, make } = opened();
    const constant = device.tidy(() =>
      device.constant(() => {
        make();
        return device.run('Identity', [make()]);
      }),
    );
    expect([...binding.held.keys()]).toEqual([constant.id]);
    expect(device.counts).toEqual({ tensors: 0, constants: 1, reads: 0 });
  });

  test('of an operation are uploaded once', () => {
    const { binding, device } = opened();
    const tf = new TensorflowTensors(device, null);
    const x = tf.scalar(1);
    for (let k = 0; k < 5; k++) tf.mul(tf.add(x, 2), 2).dispose();
    // x, the five sums, and 2.
    expect(binding.held.size).toBe(7);
    expect(device.counts).toMatchObject({ tensors: 6, constants: 1 });
  });

  test('that fail leave nothing behind', () => {
    const { binding, device, make } = opened();
    binding.left = 0;
    expect(() => device.constant(() => device.run('Identity', [make()]))).toThrow('no memory for Identity');
    expect(binding.held.size).toBe(0);
    expect(device.counts).toMatchObject({ tensors: 0, constants: 0 });
  });

  test('are no more than some: what comes then is given back', () => {
    const { binding, device } = opened();
    const tf = new TensorflowTensors(device, null);
    const x = tf.scalar(1);
    for (let k = 0; k < 3000; k++) tf.mul(x, k + 2).dispose();
    expect(device.counts.tensors).toBe(1);
    expect(binding.held.size).toBe(1 + device.counts.constants);
    expect(device.counts.constants).toBeLessThan(3000);
  });
});

test('an operation that fails gives back what was uploaded for it', () => {
  const { binding, device } = opened();
  const tf = new TensorflowTensors(device, null);
  const x = tf.tensor1d(Float64Array.of(1, 2));
  binding.left = 0;
  for (const act of [
    () => tf.reshape(x, [2, 1]),
    () => tf.sum(x, 0),
    () => tf.concat([x, x], 0),
    () => tf.gather(x, x),
    () => tf.pad(x, [[1, 0]]),
    () => tf.zeros([3]),
    () => tf.slice(x, [0], [1]),
  ]) {
    expect(act).toThrow(/no memory/);
    expect(binding.held.size - device.counts.constants).toBe(1);
  }
});

test('tensors of another device are refused', () => {
  const tf = new TensorflowTensors(opened().device, null);
  const x = { shape: [1], size: 1, dispose: () => undefined };
  expect(() => tf.add(x, 1)).toThrow(InternalError);
  expect(() => tf.readSync(x)).toThrow(InternalError);
  const other = new TensorflowTensors(opened().device, null).scalar(1);
  expect(() => tf.add(other, 1)).toThrow(InternalError);
  expect(() => tf.readSync(other)).toThrow(InternalError);
});

test('a device that doubles do not pass is refused with a way out', () => {
  const { binding, device } = opened();
  const before = binding.held.size;
  expect(() => passageFor(device)).toThrow(BackendError);
  expect(() => passageFor(device)).toThrow(
    '--backend tensorflow: float64 must pass to and from the device, got other numbers back. Use --precision f32.',
  );
  binding.left = 0;
  expect(() => passageFor(device, 'casts')).toThrow(BackendError);
  expect(binding.held.size).toBe(before);
});
