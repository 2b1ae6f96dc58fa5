import type { DeviceWeights } from '../../../src/backend/network.js';
import { zeros } from '../../../src/data/array.js';
import { InternalError } from '../../../src/errors.js';
import { fanOf, type Operation, weightScale } from '../../../src/vocabulary/operations.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import type { Tensor, Tensors } from '../tensors.js';
import { tensorMap } from './maps.js';
import { readersByTap, readersOf, readPlaces, taken } from './patches.js';

/** What operations compute with. */
export interface Device {
  readonly tf: Tensors;
  readonly weights: ReadonlyMap<string, DeviceWeights>;
}

type OperationOf<K extends Operation['op']> = Extract<Operation, { readonly op: K }>;

/**
 * How one kind of operation acts on a batch `[count, positions, channels]`, and its transposed derivative on cotangents
 * `[copies * count, ...]`.
 */
interface TensorOperation<T extends Operation> {
  forward(device: Device, operation: T, h: Tensor): Tensor;
  vjp(device: Device, operation: T, h: Tensor, cotangent: Tensor): Tensor;
}

/** Every kind but the sum, which holds others. */
type Simple = Exclude<Operation['op'], 'sum'>;

/** W times w / sqrt(fan), in an order of its own: number (unit, tap, channel) goes to `place`. */
function arranged(
  { tf, weights }: Device,
  operation: OperationOf<'weights'>,
  shape: [number, number],
  place: (unit: number, tap: number, channel: number) => number,
): Tensor {
  const { matrix } = weightsOf(weights, operation);
  const scale = weightScale(operation);
  const { channels } = operation.from;
  const fan = fanOf(operation);
  const out = zeros(matrix.length, tf.precision);
  for (let k = 0; k < matrix.length; k++) {
    const input = k % fan;
    out[place(Math.floor(k / fan), Math.floor(input / channels), input % channels)] = scale * matrix[k];
  }
  return tf.tensor(out, shape);
}

function weightsOf(weights: Device['weights'], { path }: OperationOf<'weights'>): DeviceWeights {
  const found = weights.get(path);
  if (found === undefined) throw new InternalError(`no weights of ${path}`);
  return found;
}

/** Inputs of every unit: `[count, positions behind, fan]`. */
export function patchesOf({ tf }: Device, operation: OperationOf<'weights'>, h: Tensor): Tensor {
  if (operation.windows === null) return h;
  const { windows } = operation;
  return tf.tidy(() =>
    tf.reshape(taken(tf, h, readPlaces(windows)), [h.shape[0], positionCount(windows.to), fanOf(operation)]),
  );
}

/** The last axis of a batch times a matrix. */
function timesMatrix(tf: Tensors, h: Tensor, matrix: Tensor): Tensor {
  const [count, positions, depth] = h.shape;
  const rows = tf.reshape(h, [count * positions, depth]);
  return tf.reshape(tf.matMul(rows, matrix), [count, positions, matrix.shape[1] ?? 0]);
}

/** 1 / sqrt(mean_c h^2) at each position, 0 where all channels are 0; scaled, so that no square leaves the range. */
function inverseRoot(tf: Tensors, h: Tensor): Tensor {
  const most = tf.max(tf.abs(h), 2, true);
  const isThere = tf.step(most);
  const safe = tf.add(most, tf.sub(1, isThere));
  const squares = tf.mean(tf.square(tf.div(h, safe)), 2, true);
  const root = tf.mul(safe, tf.sqrt(tf.add(squares, tf.sub(1, isThere))));
  return tf.div(isThere, root);
}

/** Calls `act` with cotangents `[copies, count, ...]` where numbers `[count, ...]` meet every copy. */
function eachCopy(tf: Tensors, cotangent: Tensor, h: Tensor, act: (cotangents: Tensor) => Tensor): Tensor {
  const [count, ...each] = h.shape;
  return tf.reshape(act(tf.reshape(cotangent, [-1, count, ...each])), cotangent.shape);
}

type Table = { readonly [K in Simple]: TensorOperation<OperationOf<K>> };

const OPERATIONS: Table = {
  weights: {
    forward(device, operation, h) {
      const { tf, weights } = device;
      const [fan, units] = [fanOf(operation), operation.to.channels];
      const { channels } = operation.from;
      const matrix = arranged(device, operation, [fan, units], (u, t, c) => (t * channels + c) * units + u);
      const out = timesMatrix(tf, patchesOf(device, operation, h), matrix);
      const { bias } = weightsOf(weights, operation);
      return bias === null ? out : tf.add(out, tf.mul(operation.fields.biasStd, tf.tensor1d(bias)));
    },
    vjp(device, operation, _h, cotangent) {
      const { tf } = device;
      const { windows, from, to } = operation;
      const [units, channels] = [to.channels, from.channels];
      const depth = (fanOf(operation) / channels) * units;
      const turned = arranged(device, operation, [depth, channels], (u, t, c) => (t * units + u) * channels + c);
      if (windows === null) return timesMatrix(tf, cotangent, turned);
      const read = taken(tf, cotangent, readersByTap(windows));
      return timesMatrix(tf, tf.reshape(read, [cotangent.shape[0], positionCount(windows.from), depth]), turned);
    },
  },
  map: {
    forward: ({ tf }, { phi }, h) => tensorMap(phi).value(tf, h),
    vjp: ({ tf }, { phi }, h, cotangent) => eachCopy(tf, cotangent, h, (s) => tf.mul(s, tensorMap(phi).slope(tf, h))),
  },
  mean: {
    forward: ({ tf }, { windows }, h) => tf.mean(taken(tf, h, readPlaces(windows)), 2),
    vjp({ tf }, { windows }, _h, cotangent) {
      return tf.div(tf.sum(taken(tf, cotangent, readersOf(windows)), 2), positionCount(windows.filter));
    },
  },
  pixel: {
    forward: ({ tf }, { position }, h) => tf.slice(h, [0, position, 0], [h.shape[0], 1, h.shape[2] ?? 0]),
    vjp({ tf }, { position }, h, cotangent) {
      const behind = (h.shape[1] ?? 0) - position - 1;
      return tf.pad(cotangent, [
        [0, 0],
        [position, behind],
        [0, 0],
      ]);
    },
  },
  normalise: {
    forward: ({ tf }, _operation, h) => tf.mul(h, inverseRoot(tf, h)),
    // (I - y y' / channels) s / r
    vjp: ({ tf }, _operation, h, cotangent) =>
      eachCopy(tf, cotangent, h, (s) => {
        const inverse = inverseRoot(tf, h);
        const y = tf.mul(h, inverse);
        return tf.mul(inverse, tf.sub(s, tf.mul(y, tf.mean(tf.mul(y, s), 3, true))));
      }),
  },
};

/** An operation that is no sum. */
export type SimpleOperation = OperationOf<Simple>;

const CODES: Readonly<Record<string, TensorOperation<SimpleOperation>>> = OPERATIONS;

/** What an operation makes of a batch. */
export function forwardOperation(device: Device, operation: SimpleOperation, h: Tensor): Tensor {
  return device.tf.tidy(() => CODES[operation.op].forward(device, operation, h));
}

/** (d forward / d h)' s for every cotangent. */
export function vjpOfOperation(device: Device, operation: SimpleOperation, h: Tensor, cotangent: Tensor): Tensor {
  return device.tf.tidy(() => CODES[operation.op].vjp(device, operation, h, cotangent));
}
