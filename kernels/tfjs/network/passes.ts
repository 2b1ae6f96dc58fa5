import { isTrained, type Operation, type WeightsOperation } from '../../../src/vocabulary/operations.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import type { Tensor, Tensors } from '../tensors.js';
import { type Device, forwardOperation, vjpOfOperation } from './operations.js';

/** What one operation took in, for the way back. */
export interface SavedActivations {
  /** `[count, positions, channels]` */
  readonly input: Tensor;
  /** Of a sum: the saved activations of its two lists. */
  readonly branch: readonly SavedActivations[];
  readonly skip: readonly SavedActivations[];
}

/** A batch as positions and channels: what was flattened has one position. */
function shaped(tf: Tensors, h: Tensor, { positions, channels }: Operation['from']): Tensor {
  return tf.reshape(h, [h.shape[0], positionCount(positions ?? []), channels]);
}

/**
 * Takes a batch through operations; what each took in stays, and what went in is not given back. For use in a tidy, for
 * where an operation fails.
 */
export function forward(
  device: Device,
  operations: readonly Operation[],
  h: Tensor,
): { readonly output: Tensor; readonly saved: readonly SavedActivations[] } {
  const { tf } = device;
  const saved: SavedActivations[] = [];
  let current = tf.clone(h);
  for (const operation of operations) {
    const input = shaped(tf, current, operation.from);
    current.dispose();
    if (operation.op === 'sum') {
      const branch = forward(device, operation.branch, input);
      const skip = forward(device, operation.skip, input);
      current = tf.tidy(() =>
        tf.add(tf.reshape(skip.output, branch.output.shape), tf.mul(operation.alpha, branch.output)),
      );
      branch.output.dispose();
      skip.output.dispose();
      saved.push({ input, branch: branch.saved, skip: skip.saved });
    } else {
      current = forwardOperation(device, operation, input);
      saved.push({ input, branch: [], skip: [] });
    }
  }
  return { output: current, saved };
}

/** Gives back what a batch left behind. */
export function disposeActivations(saved: readonly SavedActivations[]): void {
  for (const { input, branch, skip } of saved) {
    input.dispose();
    disposeActivations(branch);
    disposeActivations(skip);
  }
}

/** Cotangents of a batch on their way back. */
export interface Side {
  readonly saved: readonly SavedActivations[];
  /** `[copies * count, positions, channels]`: given back on the way. */
  readonly cotangent: Tensor;
}

/** What meets at a layer with weights. */
export interface Meeting {
  /** `[count, positions before, channels]` */
  readonly input: Tensor;
  /** `[copies * count, positions behind, units]` */
  readonly cotangent: Tensor;
}

/** A trained layer that cotangents have reached on their way back. */
export interface ReachedLayer {
  readonly operation: WeightsOperation;
  /** What meets there, of each batch: valid until the next step. */
  readonly meetings: readonly Meeting[];
}

function dispose(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}

/** What `act` makes of tensors, all of it or, where it fails, nothing: they are given back whatever happens. */
function turned<T>(tf: Tensors, tensors: readonly Tensor[], act: () => T): T {
  try {
    return tf.tidy(act);
  } finally {
    dispose(tensors);
  }
}

function* throughSum(
  device: Device,
  operation: Extract<Operation, { readonly op: 'sum' }>,
  sides: readonly Side[],
  goesOn: boolean,
): Generator<ReachedLayer, readonly Tensor[] | null> {
  const { tf } = device;
  const list = (key: 'branch' | 'skip', factor: number): Side[] =>
    sides.map(({ saved, cotangent }) => ({
      saved: saved[saved.length - 1][key],
      cotangent: tf.mul(cotangent, factor),
    }));
  const [branch, skip] = turned(
    tf,
    sides.map(({ cotangent }) => cotangent),
    () => [list('branch', operation.alpha), list('skip', 1)],
  );
  // What waits for the other summand is given back where the way is left.
  let waiting = skip.map(({ cotangent }) => cotangent);
  try {
    const one = yield* through(device, operation.branch, branch, goesOn);
    waiting = [...(one ?? [])];
    const other = yield* through(device, operation.skip, skip, goesOn);
    if (one === null || other === null) {
      waiting = [];
      return one ?? other;
    }
    waiting.push(...other);
    return tf.tidy(() => sides.map((_, i) => tf.add(tf.reshape(one[i], other[i].shape), other[i])));
  } finally {
    dispose(waiting);
  }
}

/**
 * The way back through a list of operations, which ends at the first trained layer unless it `goesOn`: then the
 * cotangents before the list are returned.
 */
function* through(
  device: Device,
  operations: readonly Operation[],
  sides: readonly Side[],
  goesOn: boolean,
): Generator<ReachedLayer, readonly Tensor[] | null> {
  const { tf } = device;
  const first = operations.findIndex((operation) => isTrained([operation]));
  let cotangents: readonly Tensor[] = sides.map(({ cotangent }) => cotangent);
  if (first < 0 && !goesOn) {
    dispose(cotangents);
    return null;
  }
  for (let i = operations.length - 1; i >= (goesOn ? 0 : first); i--) {
    const operation = operations[i];
    const before = cotangents;
    const behind = turned(tf, before, () => before.map((cotangent) => shaped(tf, cotangent, operation.to)));
    const end = !goesOn && i === first;
    if (operation.op === 'sum') {
      const inner = sides.map(({ saved }, s) => ({ saved: saved.slice(0, i + 1), cotangent: behind[s] }));
      const joined = yield* throughSum(device, operation, inner, !end);
      if (joined === null) return null;
      cotangents = joined;
      continue;
    }
    const inputs = sides.map(({ saved }) => saved[i].input);
    try {
      if (operation.op === 'weights' && isTrained([operation])) {
        yield { operation, meetings: inputs.map((input, s) => ({ input, cotangent: behind[s] })) };
      }
      if (end) return null;
      cotangents = tf.tidy(() => inputs.map((input, s) => vjpOfOperation(device, operation, input, behind[s])));
    } finally {
      dispose(behind);
    }
  }
  return cotangents;
}

/**
 * Takes cotangents back through operations, and stops at each trained layer, from the last to the first, where the way
 * ends.
 *
 * From its first step on the cotangents are its own: it gives back what it holds at its end, and where it is left
 * before (`return`, an error).
 */
export function* backward(
  device: Device,
  operations: readonly Operation[],
  sides: readonly Side[],
): Generator<ReachedLayer, void> {
  yield* through(device, operations, sides, false);
}
