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

/** Takes a batch through operations; what each took in stays, and what went in is not given back. */
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

/** Called for each trained layer, from the last to the first. */
export type Visit = (operation: WeightsOperation, meetings: readonly Meeting[]) => Promise<void>;

function dispose(cotangents: readonly Tensor[]): null {
  for (const cotangent of cotangents) cotangent.dispose();
  return null;
}

/** Gives tensors back where the work fails or is interrupted. */
async function orDispose<T>(tensors: readonly Tensor[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    dispose(tensors);
    throw error;
  }
}

async function throughSum(
  device: Device,
  operation: Extract<Operation, { readonly op: 'sum' }>,
  sides: readonly Side[],
  goesOn: boolean,
  visit: Visit,
): Promise<readonly Tensor[] | null> {
  const { tf } = device;
  const list = (key: 'branch' | 'skip', factor: number): Side[] =>
    sides.map(({ saved, cotangent }) => ({
      saved: saved[saved.length - 1][key],
      cotangent: tf.mul(cotangent, factor),
    }));
  const [branch, skip] = [list('branch', operation.alpha), list('skip', 1)];
  dispose(sides.map(({ cotangent }) => cotangent));
  const waiting = skip.map(({ cotangent }) => cotangent);
  const one = await orDispose(waiting, () => backward(device, operation.branch, branch, goesOn, visit));
  const other = await orDispose(one ?? [], () => backward(device, operation.skip, skip, goesOn, visit));
  if (one === null || other === null) return one ?? other;
  const sum = sides.map((_, i) => tf.tidy(() => tf.add(tf.reshape(one[i], other[i].shape), other[i])));
  dispose([...one, ...other]);
  return sum;
}

/**
 * Takes cotangents back through operations, and visits each trained layer on the way.
 *
 * Ends at the first trained layer unless it `goesOn`: then the cotangents before these operations are returned, else null.
 */
export async function backward(
  device: Device,
  operations: readonly Operation[],
  sides: readonly Side[],
  goesOn: boolean,
  visit: Visit,
): Promise<readonly Tensor[] | null> {
  const first = operations.findIndex((operation) => isTrained([operation]));
  let cotangents: readonly Tensor[] = sides.map(({ cotangent }) => cotangent);
  if (first < 0 && !goesOn) return dispose(cotangents);
  for (let i = operations.length - 1; i >= (goesOn ? 0 : first); i--) {
    const operation = operations[i];
    const { tf } = device;
    const behind = cotangents.map((cotangent) => shaped(tf, cotangent, operation.to));
    dispose(cotangents);
    const end = !goesOn && i === first;
    if (operation.op === 'sum') {
      const inner = sides.map(({ saved }, s) => ({ saved: saved.slice(0, i + 1), cotangent: behind[s] }));
      const before = await throughSum(device, operation, inner, !end, visit);
      if (before === null) return null;
      cotangents = before;
      continue;
    }
    const inputs = sides.map(({ saved }) => saved[i].input);
    if (operation.op === 'weights' && isTrained([operation])) {
      const meetings = inputs.map((input, s) => ({ input, cotangent: behind[s] }));
      await orDispose(behind, () => visit(operation, meetings));
    }
    if (end) return dispose(behind);
    cotangents = inputs.map((input, s) => vjpOfOperation(device, operation, input, behind[s]));
    dispose(behind);
  }
  return cotangents;
}
