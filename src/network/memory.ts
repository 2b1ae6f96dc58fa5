import {
  fanOf,
  isTrained,
  type Operation,
  sizeOf,
  type WeightsOperation,
  weightsOf,
} from '../vocabulary/operations.js';
import { positionCount } from '../vocabulary/windows.js';
import { hasPatches, patchExamples } from './operations/weights.js';

/** Numbers that one example leaves behind on its way through operations, each output counted once. */
export function savedNumbers(operations: readonly Operation[]): number {
  return operations.reduce((sum, operation) => {
    const inner = operation.op === 'sum' ? savedNumbers(operation.branch) + savedNumbers(operation.skip) : 0;
    return sum + sizeOf(operation.to) + inner;
  }, 0);
}

/** Most numbers of cotangents that are alive at once for one example and one output on the way back. */
export function cotangentNumbers(operations: readonly Operation[]): number {
  let most = 0;
  for (const operation of operations) {
    // Behind and before, and what an operation keeps beside them: slopes, or a scaled copy for a branch.
    let here = 2 * sizeOf(operation.to) + sizeOf(operation.from);
    if (operation.op === 'sum') {
      const inner = Math.max(cotangentNumbers(operation.branch), cotangentNumbers(operation.skip));
      here += inner + 2 * sizeOf(operation.from);
    }
    most = Math.max(most, here);
  }
  return most;
}

/** Numbers of all weights and biases. */
export function parameterCount(operations: readonly Operation[]): number {
  return weightsOf(operations).reduce(
    (sum, operation) => sum + operation.to.channels * (fanOf(operation) + (operation.fields.biasStd > 0 ? 1 : 0)),
    0,
  );
}

/** Numbers of the patches that are held at a time while a batch passes a network, or both sides meet at a layer. */
export function patchNumbers(operations: readonly Operation[], count: number): number {
  const sizes = weightsOf(operations)
    .filter(hasPatches)
    .map((op) => {
      const back = positionCount(op.from.positions ?? []) * (fanOf(op) / op.from.channels) * op.to.channels;
      return Math.max(2 * patchExamples(op, count) * fanOf(op) * positionCount(op.to.positions ?? []), back);
    });
  return Math.max(0, ...sizes);
}

/** Multiplications and additions of one example on its way through operations. */
export function forwardWork(operations: readonly Operation[]): number {
  return weightsOf(operations).reduce((sum, op) => sum + workOf(op), 0);
}

/** The same of the way back, for one output; before the first trained layer nothing is done. */
export function backwardWork(operations: readonly Operation[]): number {
  const first = operations.findIndex((operation) => isTrained([operation]));
  if (first < 0) return 0;
  const [start, ...rest] = operations.slice(first);
  const inside = start.op === 'sum' ? backwardWork(start.branch) + backwardWork(start.skip) : 0;
  return inside + forwardWork(rest);
}

function workOf(operation: WeightsOperation): number {
  return 2 * operation.to.channels * fanOf(operation) * positionCount(operation.to.positions ?? []);
}
