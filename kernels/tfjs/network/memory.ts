import type { NetworkSizes } from '../../../src/backend/network.js';
import { bytesOf } from '../../../src/data/array.js';
import { fanOf, type Operation, sizeOf, weightsOf } from '../../../src/vocabulary/operations.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { BUFFER_NUMBERS } from './contributions.js';

/** Tensors of one size that an operation has at its peak: what goes in and comes out, and two on the way. */
const LIVE = 4;
/** What the allocator of tfjs has beside the tensors that are alive, as a factor. */
const FRAGMENTS = 1.25;

/** Numbers of all operations, those inside sums too. */
function eachOperation(operations: readonly Operation[]): readonly Operation[] {
  return operations.flatMap((operation) =>
    operation.op === 'sum'
      ? [operation, ...eachOperation(operation.branch), ...eachOperation(operation.skip)]
      : [operation],
  );
}

/** Nesting of sums: each keeps cotangents while its lists are at work. */
function depthOf(operations: readonly Operation[]): number {
  return Math.max(
    0,
    ...operations.map((operation) =>
      operation.op === 'sum' ? 1 + Math.max(depthOf(operation.branch), depthOf(operation.skip)) : 0,
    ),
  );
}

/** Bytes that a network takes on the device, with what tfjs needs on the way. */
export function networkMemory({ task, examples, sides, atOnce }: NetworkSizes): number {
  const { operations, contraction, input, outputs } = task;
  const all = eachOperation(operations);
  const both = sides * examples;
  const most = (size: (operation: Operation) => number): number => Math.max(1, ...all.map(size));
  const patches = most((operation) =>
    operation.op === 'weights' && operation.windows !== null
      ? positionCount(operation.to.positions ?? []) * fanOf(operation)
      : 0,
  );
  const read = most((operation) =>
    operation.op === 'weights' && operation.windows !== null
      ? sizeOf(operation.from) *
        (fanOf(operation) / operation.from.channels) *
        (operation.to.channels / operation.from.channels)
      : 0,
  );
  const largest = most((operation) => Math.max(sizeOf(operation.from), sizeOf(operation.to)));
  const pair = contraction === 'full' ? outputs ** 2 : 1;
  const results = 1 + (task.apart ? task.methods.size : 1);
  const matrices = most((operation) => (operation.op === 'weights' ? 2 * fanOf(operation) * operation.to.channels : 0));
  const saved = all.reduce((sum, operation) => sum + sizeOf(operation.from), sizeOf(input));
  const cotangents = atOnce * both * largest * (LIVE + 2 * depthOf(operations));
  const onTheWay = Math.max(examples * (2 * patches + LIVE * largest), atOnce * examples * 2 * read);
  // At a layer: patches of both sides, cotangents turned round, and pieces of Gram matrices or Jacobians.
  const pieces = weightsOf(operations).map((operation) => {
    if (task.methods.get(operation.path) !== 'structured') return 2 * atOnce * both * fanOf(operation);
    // The least are those of one example with all others.
    return LIVE * examples * positionCount(operation.to.positions ?? []) ** 2;
  });
  const atLayer = both * patches + 2 * atOnce * both * largest + Math.max(2 * BUFFER_NUMBERS, ...pieces);
  const numbers = both * saved + cotangents + Math.max(onTheWay, atLayer) + matrices;
  return bytesOf(task.precision) * FRAGMENTS * (numbers + (results + 3) * examples ** 2 * pair);
}
